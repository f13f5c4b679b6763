"""The report's words in Spanish and English: verdicts, labels, faults and remarks, by code."""

# ruff: noqa: E501 - a table reads by rows
from collections.abc import Mapping
from typing import Final

Words = Mapping[str, Mapping[str, str]]


def _table(text: str) -> dict[str, dict[str, str]]:
    """Read lines `code | Spanish | English`."""
    rows = (line.split(" | ") for line in text.strip().splitlines())
    return {code.strip(): {"es": es.strip(), "en": en.strip()} for code, es, en in rows}


VERDICTS: Final[Words] = _table("""
    INTACT | ÍNTEGRO | INTACT
    INCONCLUSIVE | NO CONCLUYENTE | INCONCLUSIVE
    ALTERED | ALTERADO | ALTERED
    UNREADABLE | ILEGIBLE | UNREADABLE
    SINCE | Nada ha cambiado desde el registro {size}: lo que se verificó entonces es el principio del libro de hoy. Registros nuevos: {new}. | Nothing has changed since entry {size}: the log of today extends what was verified then. New entries: {new}.
""")

LABELS: Final[Words] = _table("""
    store | almacén SQLite | SQLite store
    folder | carpeta publicada | published folder
    url | dirección web | web address
    zip | paquete zip | zip bundle
    receipt | constancia de un registro | receipt of one entry
    entry | registro solo | entry by itself
    contradiction | prueba de contradicción | proof of contradiction
    origin | Libro | Log
    size | Registros | Entries
    root | Raíz | Root
    genesis | Huella del registro 0 | Fingerprint of entry 0
    log_key | Llave del libro | Log key
    L1 | libro | log
    L2 | autoría | authorship
    L3 | derecho | law
    L4 | estado | state
    L5 | tiempo | time
    open | Lo que falta para concluir: | What is missing for a conclusion:
    not_checked | Lo que no se revisó: | What was not checked:
    notes | Notas: | Notes:
    faults | Alteraciones | Faults
    first_fault | Primera alteración | First fault
    log | libro | log
    entry | registro | entry
    entries | registros | entries
    somewhere | en algún lugar de los registros | somewhere in entries
    expected | se esperaba | expected
    found | se halló | found
    leaf_hashes | huellas de hoja | leaf hashes
    links | eslabones | links
    rows | filas | rows
    batches | lotes | batches
    checkpoints | puntos de control | checkpoints
    cosignatures | firmas de testigos | cosignatures
    tiles | teselas | tiles
    bundles | paquetes de registros | entry bundles
    documents | documentos | documents
    inclusion_proofs | pruebas de inclusión | inclusion proofs
    signatures | firmas | signatures
    keys | llaves | keys
    anchors | anclas de tiempo | time anchors
    anchored_entries | registros anclados | anchored entries
    appointments | nombramientos | appointments
    seats | asientos | seats
    seen_roots | raíces vistas | seen roots
    moves | actos | acts
    state_documents | documentos de estado | state documents
    aggregates | agregados | aggregates
    derived_facts | hechos derivados | derived facts
    view_rows | filas de las vistas | view rows
""")

FAULTS: Final[Words] = _table("""
    entry-form | el registro no tiene la forma canónica | the entry is not in the canonical form
    entry-missing | falta el registro | the entry is missing
    entry-beyond | hay registros que ningún punto de control cubre | there are entries that no checkpoint covers
    index | el índice no corresponde a su lugar | the index does not match the position
    previous | no enlaza con el registro anterior | it does not link to the previous entry
    recorded-at | la hora de registro retrocede | the recording time goes backwards
    leaf-hash | el registro no corresponde a su huella guardada | the entry does not match its stored leaf hash
    genesis | el registro 0 no es el esperado | entry 0 is not the expected one
    log-key | la llave del libro no es la fijada | the log key is not the pinned one
    origin | el origen no es el de este libro | the origin is not that of this log
    checkpoint | el punto de control no es válido | the checkpoint is not valid
    size | el tamaño no corresponde al número de registros | the size does not match the number of entries
    root | los registros no dan la raíz firmada | the entries do not produce the signed root
    rollback | el libro es más corto que un punto de control ya verificado | the log is shorter than a checkpoint verified before
    fork | el libro contradice un punto de control ya verificado | the log contradicts a checkpoint verified before
    tile | la tesela no corresponde al árbol | the tile does not match the tree
    bundle | el paquete de registros no corresponde al libro | the entry bundle does not match the log
    row | la columna no corresponde al registro | the column does not match the entry
    batch | el lote no es el que sigue | the batch is not the next one in order
    meta | el almacén da un dato falso sobre sí mismo | the store states something false about itself
    schema | la tabla no tiene las columnas de la especificación | the table does not have the columns of the specification
    document | el documento no corresponde a su nombre | the document does not match its name
    document-size | el documento no tiene el tamaño citado | the document does not have the cited size
    inclusion | la prueba no lleva a la raíz firmada | the inclusion proof does not lead to the signed root
    signature | la firma no es válida | the signature is not valid
    signature-count | faltan firmas obligatorias | required signatures are missing
    key-unknown | la llave no estaba registrada | the key was not registered
    key-state | la llave no está activa en este índice | the key is not active at this index
    key-period | la llave no vale en este día | the key is not valid on this day
    actor | quien actúa no es titular de la llave | the actor is not the holder of the key
    appointment | el nombramiento no está vigente en este índice | the appointment is not in force at this index
    scope | el nombramiento no alcanza este acto | the appointment does not cover this act
    root-act | acto y llave raíz no se corresponden | the act and the root key do not match
    authority | el acto corresponde a otra parte | the act belongs to another party
    seat | la parte no tiene asiento en el órgano | the party holds no seat in the body
    directory | el directorio no admite este acto | the directory does not admit this act
    ledger | la declaración es para otro libro | the statement is for another log
    seen-ahead | dice haber visto registros posteriores | it claims to have seen later entries
    seen | la raíz que vio el firmante no es la de este libro | the root that the signer saw is not this log's
    contradiction | la llave del libro firmó dos historias que no pueden ser ciertas a la vez | the log key signed two histories that cannot both be true
    contradiction-seen | el libro admitió una declaración que su propio árbol contradice | the log admitted a statement that its own tree contradicts
    statement-id | el identificador ya se usó | the id was already used
    signed-at | se firmó después de registrarse | it was signed after it was recorded
    time-index | la lista de anclas y los archivos no concuerdan | the list of anchors and the files disagree
    time-checkpoint | lo anclado no es un punto de control de este libro | the anchored data is not a checkpoint of this log
    time-rollback | el libro es más corto que un punto de control anclado | the log is shorter than an anchored checkpoint
    time-fork | el libro contradice un punto de control anclado | the log contradicts an anchored checkpoint
    time-token | el sello de tiempo no tiene la forma correcta | the time-stamp is not in its form
    time-imprint | el sello de tiempo cubre otros bytes | the time-stamp covers other bytes
    time-usage | el certificado no es para sellar tiempo | the certificate is not for time-stamping
    time-certificate | el certificado no valía a la hora del sello | the certificate was not valid at the time-stamp's time
    time-signature | la firma del sello de tiempo no es válida | the time-stamp's signature is not valid
    time-recorded | dice haberse registrado después del sello de tiempo que ya lo cubre | it claims to be recorded after the time-stamp that already covers it
    law | las reglas no permitían el acto en ese punto | the rules did not allow the act at that point
    shown-missing | no se muestra lo que los registros dan | the pages do not show what the entries produce
    shown-extra | se muestra lo que los registros no dan | the pages show what the entries do not produce
    shown-differs | lo que se muestra difiere de lo que los registros dan | what the pages show differs from what the entries produce
    shown-form | lo que se muestra no tiene el formato correcto | what is shown is not in the correct format
""")

SEEN: Final[Words] = _table("""
    missing | Archivos que el libro firmó y no están: {count}; el primero: {first}. Pídalos a otra copia o repita la revisión más tarde. | Files that the log signed and that are not there: {count}; the first: {first}. Ask another copy for them, or verify again later.
    withheld | RETENIDO: archivos que el libro firmó y no entrega, tampoco al pedirlos otra vez: {count}; el primero: {first}. Guarde el punto de control y pregunte a otros qué recibieron. | WITHHELD: files that the log signed and does not hand out, nor when asked again: {count}; the first: {first}. Keep the checkpoint, and ask others what they were given.
    short | Archivos incompletos: {count}; el primero: {first}. La copia o la descarga se interrumpió: repítala. | Incomplete files: {count}; the first: {first}. The copy or the download broke off: repeat it.
    added | Archivos con bytes de más tras lo que el libro firmó, que está completo: {count}; el primero: {first}. Obtenga otra copia. | Files with bytes added after what the log signed, which is complete: {count}; the first: {first}. Get another copy.
    changed | Archivos que cambiaron de forma en el camino (fines de línea, marca BOM, correo): {count}; el primero: {first}. Se revisó sin ese cambio, en memoria. Obténgalo sin convertir. | Files changed in form on their way (line ends, BOM, mail): {count}; the first: {first}. They were verified without that change, in memory. Get the file unconverted.
    replaced | Archivos en cuyo lugar llegó una página u otro texto: {count}; el primero: {first}. Revise la dirección, la sesión o el portal de la red. | Files in whose place a page or other text came: {count}; the first: {first}. Check the address, the login or the network's portal.
    denied | Archivos que este equipo no puede leer (permiso o falla del medio): {count}; el primero: {first}. Dé permiso de lectura o copie de nuevo. | Files that this machine can't read (permission, or a fault of the medium): {count}; the first: {first}. Give the right to read, or copy again.
    link | Archivos detrás de un enlace simbólico, que no se sigue: {count}; el primero: {first}. Indique la carpeta verdadera. | Files behind a symbolic link, which is not followed: {count}; the first: {first}. Name the true folder.
    special | Archivos en cuyo lugar hay una tubería, un dispositivo o una carpeta: {count}; el primero: {first}. Obtenga otra copia. | Files in whose place a pipe, a device or a folder is: {count}; the first: {first}. Get another copy.
    form | Archivos sin la forma debida: {count}; el primero: {first}. Obtenga otra copia. | Files not in the form that they must have: {count}; the first: {first}. Get another copy.
    other-ledger | La carpeta de confianza es de otro libro ({pinned}); éste dice ser {origin}. Use la carpeta de confianza de este libro. | The trust folder is for another ledger ({pinned}); this one says that it is {origin}. Use the trust folder of this ledger.
    receipt-form | Esto no es una constancia completa [{reason}]. Obténgala otra vez como archivo adjunto, sin convertir. | This is not a whole receipt [{reason}]. Get it again as an attached file, unconverted.
    entry-alone | Un registro solo no muestra que esté en el libro: pida su constancia. | An entry alone does not show that it is in the log: that needs its receipt.
    receipt-no-entry | A esta constancia le faltan los bytes del registro {index} (línea «extra»): no se puede revisar qué prueba. Pida la constancia con su registro. | This receipt lacks the bytes of entry {index} (the line "extra"): what it proves can't be checked. Ask for the receipt with its entry.
    zip-folder | El zip tiene todo dentro de la carpeta «{name}»: se leyó desde ahí. | The zip has everything within the folder "{name}": it was read from there.
    zip-ignored | Archivos que el escritorio añade al comprimir y se dejaron de lado: {count}; el primero: {first}. | Files that a desktop adds when it packs, left out: {count}; the first: {first}.
    kept-not-compared | No se comparó con {where} ({size} registros): no se pudieron leer todos. | It was not compared with {where} ({size} entries): not all could be read.
""")

NOT_IN_A_PAGE: Final = frozenset(
    {"withheld", "denied", "link", "special", "form"}
)  # a page reads one file that it was given

REMARKS: Final[Words] = {
    **SEEN,
    **_table("""
    no-trust | No se dio carpeta de confianza: compare por otro medio la huella del registro 0 y la llave del libro. | No trust folder was given: compare the fingerprint of entry 0 and the log key with another source.
    no-genesis-pin | La carpeta de confianza no fija la huella del registro 0. | The trust folder does not pin the fingerprint of entry 0.
    no-log-key | No se conoce la llave del libro: no se pudo revisar ningún punto de control. | The log key is not known: no checkpoint could be checked.
    no-quorum | Los testigos que pide la política no han firmado el punto de control (firmaron: {names}). | The witnesses that the policy requires have not signed the checkpoint (signed: {names}).
    witnessed-to | El último punto de control con los testigos que pide la política cubre {size} de {total} registros. | The latest checkpoint with the witnesses that the policy requires covers {size} of {total} entries.
    witnessed | Los testigos que pide la política cofirmaron los primeros {size} registros: {names}. | The witnesses that the policy requires have cosigned the first {size} entries: {names}.
    witness-behind | Puntos de control cofirmados que cubren menos de lo que el libro dice que tenía entonces: {count}; el primero cubre {size} registros el {time}, cuando el registro {size} dice ser del {recorded_at}. Es normal si los testigos vieron tarde un punto de control anterior; si no, se antedataron registros desde el {size}. | Cosigned checkpoints that cover less than the log claims to have held by then: {count}; the first covers {size} entries at {time}, but entry {size} claims to be of {recorded_at}. This is normal if the witnesses saw an earlier checkpoint late; otherwise entries from {size} on were back-dated.
    witness-ahead | Puntos de control cofirmados antes de la hora que dice su último registro: {count}; el primero, el {time}, pero el registro {index} dice ser del {recorded_at}. El reloj del libro o el del testigo anda mal. | Checkpoints cosigned before the time that their last entry claims: {count}; the first at {time}, but entry {index} claims {recorded_at}. The clock of the log or of the witness is wrong.
    signed-late | Registros en vivo que se registraron más de 31 días después de firmarse: {count}; el primero, el {index}, firmado el {signed_at}, dice haberse registrado el {recorded_at}. Se entregó tarde, o un reloj anduvo mal. | Live entries recorded more than 31 days after they were signed: {count}; the first, {index}, signed at {signed_at}, claims to be recorded at {recorded_at}. It was handed in late, or a clock was wrong.
    rollback-accepted | Quien opera declaró {count} veces que continuó desde una copia más corta que lo ya publicado; la última, el {at}, desde {size} registros: {reason} | The operator declared {count} times that it went on from a copy shorter than what had been published; the last time at {at}, from {size} entries: {reason}
    clock-accepted | Quien opera declaró {count} veces que su reloj estaba detrás del último registro; la última, el {at}, con {size} registros: desde ahí y hasta que el reloj lo alcance, la hora de los registros no es la real. Motivo: {reason} | The operator declared {count} times that its clock was behind the last entry; the last time at {at}, with {size} entries: from there until the clock passes it, the entries' times are not the real ones. Reason: {reason}
    rollbacks-unread | La lista de restauraciones aceptadas ({names}) no se pudo leer. | The list of accepted rollbacks ({names}) could not be read.
    cosignatures-unread | Las cofirmas guardadas ({names}) no se pudieron leer: {reason}. El libro no depende de ellas; se piden otra vez a los testigos. | The cosignatures in {names} could not be read: {reason}. The log does not depend on them; the witnesses are asked again.
    no-witnesses | La política no pide testigos: del orden responden sólo la llave del libro, los firmantes posteriores y quienes guardaron un punto de control. | The policy requires no witnesses: only the log key, later signers and holders of a saved checkpoint vouch for the order.
    unsupported | Este equipo no puede revisar las firmas poscuánticas de: {names}. | This machine cannot check the post-quantum signatures of: {names}.
    newer-act | Registros que este verificador no juzga, porque son más nuevos que él: {count}; el primero es el {index}, de tipo {type}. Use una versión más reciente. | Entries not judged, because they are newer than this verifier: {count}; the first is entry {index}, of type {type}. Use a more recent version.
    no-time-zone | Este equipo no conoce la zona horaria {zone}: no se revisaron los días de vigencia. | This machine does not know the time zone {zone}: days of validity were not checked.
    browser-zone | Los días son los de la zona horaria {zone}, según este navegador. | Days are those of the time zone {zone}, by this browser.
    time-zone-rules | Los días son los de la zona horaria {zone}, según las reglas {version} del paquete tzdata. | Days are those of the time zone {zone}, by the rules {version} of the package tzdata.
    law-newer | La ley se juzgó hasta el registro {index}, sin incluirlo ({moves} actos): ese registro, de tipo {type} y edición {edition}, es más nuevo que este verificador. De él en adelante no se juzgó si los actos eran lícitos. Use una versión más reciente. | The law was judged up to entry {index}, without it ({moves} acts): that entry, of type {type} and edition {edition}, is newer than this verifier. From it on, whether acts were lawful was not judged. Use a more recent version.
    shown-other-form | No se comparó lo que se muestra ({what}): es de la edición {edition} y la forma {form}; este verificador compara la edición {own_edition} y la forma {own_form}. Use la misma versión, o reconstruya las vistas. | What is shown ({what}) was not compared: it is of edition {edition} and form {form}; this verifier compares edition {own_edition} and form {own_form}. Use the same version, or rebuild the views.
    shown-not-judged | No se comparó lo que se muestra: el estado después del registro {index} no se conoce. | What is shown was not compared: the state after entry {index} is not known.
    documents-missing | Documentos citados que faltan: {count}; el primero, {first}, lo cita el registro {index}. | Cited documents that are missing: {count}; the first, {first}, is cited by entry {index}.
    documents-withdrawn | Documentos citados que se retiraron por una cancelación de datos personales y ya no se muestran: {count}; el primero, {first}, lo retira el registro {index}, que dice por qué. | Cited documents that were withdrawn by a cancellation of personal data and are not shown any more: {count}; the first, {first}, is withdrawn by entry {index}, which says why.
    evidence-elsewhere | Evidencias de las que sólo está la huella, no el documento: {count}. | Pieces of evidence of which only the digest is here, not the document: {count}.
    documents-not-read | No se revisaron los documentos citados. | The cited documents were not checked.
    entries-unread | Registros cuyo contenido no se pudo leer, y cuya autoría no se revisó: {count}. | Entries whose content could not be read, and whose authorship was not checked: {count}.
    receipt-authorship | La autoría no se revisó: sólo el libro entero dice qué llaves y nombramientos regían en el registro {index}. | Authorship was not checked: only the whole log tells which keys and appointments were in force at entry {index}.
    receipt-consistency | No se comparó con su punto de control guardado ({size} registros): hace falta el libro. | It was not compared with your saved checkpoint ({size} entries): that needs the log.
    law | No se revisó si las reglas permitían cada acto (L3) ni el estado que se muestra (L4): para eso hacen falta las reglas del dominio. | Whether the rules allowed each act (L3) and the state shown (L4) were not checked: that needs the rules of the domain.
    time | No se revisaron sellos de tiempo (L5). | Time-stamps were not checked (L5).
    time-receipt | Una constancia no trae sellos de tiempo (L5): para eso hace falta el libro. | A receipt carries no time-stamps (L5): the log is needed for that.
    time-none | El libro no trae sellos de tiempo (L5): de las horas responde sólo quien lo opera. | The log carries no time-stamps (L5): only its operator vouches for the times.
    time-no-key | Sin la llave del libro no se revisaron sellos de tiempo (L5). | Time-stamps were not checked (L5), because the log key is not known.
    time-unpinned | Sellos de tiempo que no cuentan, porque no los firma ninguna autoridad fijada en la carpeta de confianza: {count}. El primero, {first}, es de: {signer}. | Time-stamps that do not count, because no authority that the trust folder pins signed them: {count}. The first, {first}, is by: {signer}.
    time-missing | Archivos de la lista de anclas que faltan: {count}; el primero: {first}. | Files of the list of anchors that are missing: {count}; the first: {first}.
    time-unread | No se pudo leer la hora en que se hizo el registro {index}: no se comparó con los sellos de tiempo. | The recording time of entry {index} could not be read: it was not compared with the time-stamps.
    time-revocation | No se revisó si el certificado de una autoridad de sellado fue revocado: para eso hace falta conexión con ella. | Whether the certificate of a time-stamp authority was revoked was not checked: that needs a connection to the authority.
    time-anchored | {name} (sello de tiempo RFC 3161; {count} en total): los registros 0–{last} existían a más tardar el {time}. | {name} (RFC 3161 time-stamp; {count} in all): entries 0–{last} existed by {time}.
    time-nom151 | {name} (constancia de conservación NOM-151-SCFI-2016; {count} en total; prestador acreditado según la carpeta de confianza: {basis}): los registros 0–{last} existían a más tardar el {time}. | {name} (constancia de conservación NOM-151-SCFI-2016; {count} in all; accredited provider according to the trust folder: {basis}): entries 0–{last} existed by {time}.
    time-longest | El trecho más largo sin prueba de la hora: el registro {index} dice {recorded_at}, y la prueba más temprana es del {time}. | The longest stretch without proof of time: entry {index} claims {recorded_at}, and its earliest proof is of {time}.
    time-behind | Anclas que cubren menos de lo que el libro dice que tenía entonces: {count}; la primera cubre {size} registros el {time}, cuando dice haber tenido {held}. Es normal si se ancló un punto de control anterior o la respuesta tardó; si no, se antedataron registros desde el {size}. | Anchors that cover less than the log claims to have held by then: {count}; the first covers {size} entries at {time}, when the log claims to have held {held}. This is normal if an earlier checkpoint was anchored or the answer came late; otherwise entries from {size} on were back-dated.
    time-tail | Desde el registro {start} ningún sello de tiempo que cuente cubre el libro. | From entry {start} on, no time-stamp that counts covers the log.
    time-expired | El certificado de {names} ha vencido desde entonces; valía a la hora de sus sellos. | The certificate of {names} has expired since; it was valid at the time of its time-stamps.
    time-newer | Anclas de registros que se agregaron mientras se verificaba: {count}. | Anchors of entries that were appended during the audit: {count}.
    time-other-files | Archivos bajo anchors/ que no son anclas: {count}; el primero: {first}. | Files under anchors/ that are not anchors: {count}; the first: {first}.
    tail | Desde el registro {start} ningún firmante posterior confirma el orden; lo respaldan la llave del libro y los testigos. | From entry {start} on, no later signer confirms the order; the log key and the witnesses vouch for it.
    suspect | La firma del registro {index} es dudosa: su llave se declaró comprometida y su parte no la ha confirmado. | The signature of entry {index} is suspect: its key was declared compromised and its party has not affirmed it.
    disowned | La parte del registro {index} no reconoce su firma. | The party of entry {index} disowned its signature.
    published-lags | Lo publicado cubre {size} de {total} registros. | The published files cover {size} of {total} entries.
    not-published | El almacén no tiene archivos publicados en su carpeta. | The store has no published files in its folder.
    beyond-checkpoint | Teselas que exceden el punto de control, sin nada firmado que las cubra: {count}. | Tiles beyond the checkpoint, which nothing signed covers: {count}.
    other-files | Archivos que no son parte del libro: {count}; el primero: {first}. | Files that are not part of the log: {count}; the first: {first}.
    vouched | Las firmas de los registros anteriores al {size} no se revisaron otra vez: usted dio un punto de control que ya los cubría, y los registros dan su raíz. | Signatures of entries below {size} were skipped: you gave a checkpoint that covers them, and the entries produce its root.
    not-read-again | Los registros anteriores al {start} no se leyeron otra vez: si alguien altera hoy la copia que se guarda aquí, sólo una revisión completa lo detecta. | Entries below {start} were not read again: if somebody alters the copy stored here today, only a full audit detects it.
    continued | Se continuó en el registro {start} una revisión interrumpida. | An interrupted audit was continued at entry {start}.
    state-digest | El estado que dan los {size} registros tiene la huella SHA-256 {digest}. | The state that the {size} entries produce has the SHA-256 {digest}.
    nothing-shown | No se revisó el estado mostrado (L4): aquí no se muestra ninguno. | The state shown (L4) was not checked: this source shows none.
    shown-unreadable | No se pudo leer el estado que se muestra (L4): {reason} | The state shown (L4) could not be read: {reason}
    shown-in-part | Sólo se muestra una parte del estado (L4); lo demás no se pudo revisar. | Only a part of the state is shown (L4); the rest could not be checked.
    host-clock | El reloj del servidor marca {at}; el de este equipo, {now}. | The clock of the server shows {at}; the clock here shows {now}.
    list-ahead | No se revisó la lista {name}: muestra {size} registros, y se pidió con {total}. Pregunte otra vez. | The list {name} was not checked: it shows {size} entries, and it was asked for at {total}. Ask again.
    views-lag | Las vistas muestran {size} de {total} registros. | The views show {size} of {total} entries.
    contradiction-notes | Qué prueba este archivo: un punto de control da una raíz para los primeros {size} registros, y otro, de {newer}, contiene otra raíz para esos mismos registros. Ambos llevan la firma de la misma llave. Quien la tiene mostró dos historias; este archivo no dice cuál es la verdadera. | What this file proves: one checkpoint gives a root for the first {size} entries, and another, of {newer}, contains a different root for the same entries. Both are signed by the same key. Its holder has shown two histories; this file does not say which one is true.
    contradiction-entry | Qué prueba este archivo: en el árbol de {newer} registros que la llave firmó está el registro {index}, cuyo firmante dice haber visto para los primeros {size} registros una raíz que ese mismo árbol no tiene. Un libro honrado no lo habría admitido. | What this file proves: the tree of {newer} entries that the key signed contains entry {index}, whose signer claims to have seen, for the first {size} entries, a root that the same tree does not have. An honest log would not have admitted it.
    contradiction-none | El archivo no prueba ninguna contradicción, y no dice nada contra el libro: {reason} | The file proves no contradiction and says nothing against the log: {reason}
    contradiction-unpinned | La contradicción es cierta. No se sabe si esta llave es la del libro: compárela con la que tenga por otro medio, o dé la carpeta de confianza. | The contradiction is real. Whether this key is the log's is not known: compare it with the one that you have from another source, or give the trust folder.
    contradiction-other-key | La llave de este archivo no es la que su carpeta de confianza fija para este libro: no prueba nada contra él. | The key in this file is not the one that your trust folder pins for this log: the file proves nothing against the log.
    contradiction-witnesses | Testigos que firmaron las dos historias e incumplieron así su compromiso: {names}. | Witnesses that signed both histories and so broke their commitment: {names}.
    own-trust | La carpeta de confianza que trae el propio libro no prueba nada por sí sola. | The trust folder that comes with the ledger proves nothing by itself.
    views-ahead | No se comparó el estado guardado: las vistas llegan al registro {size} y lo revisado al {total}. No son parte del libro; «rebuild» las reconstruye. | The stored state was not compared: the views reach entry {size}, what was verified {total}. They are no part of the log; "rebuild" rebuilds them.
"""),
}
