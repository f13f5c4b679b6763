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
    SINCE | Nada ha cambiado desde la entrada {size}: lo verificado entonces es el principio de lo de hoy. Entradas nuevas: {new}. | Nothing has changed since entry {size}: what was verified then is the beginning of what stands today. New entries: {new}.
""")

LABELS: Final[Words] = _table("""
    store | almacén SQLite | SQLite store
    folder | carpeta publicada | published folder
    url | dirección web | web address
    zip | paquete zip | zip bundle
    receipt | constancia de una entrada | receipt of one entry
    contradiction | prueba de contradicción | proof of contradiction
    origin | Bitácora | Log
    size | Entradas | Entries
    root | Raíz | Root
    genesis | Huella de la entrada 0 | Fingerprint of entry 0
    log_key | Llave de la bitácora | Log key
    L1 | bitácora | log
    L2 | autoría | authorship
    L3 | derecho | law
    L4 | estado | state
    L5 | tiempo | time
    open | Lo que falta para concluir: | What is missing for a conclusion:
    not_checked | Lo que no se revisó: | What was not checked:
    notes | Notas: | Notes:
    faults | Faltas | Faults
    first_fault | Primera falta | First fault
    log | bitácora | log
    entry | entrada | entry
    entries | entradas | entries
    somewhere | en algún lugar de las entradas | somewhere in entries
    expected | se esperaba | expected
    found | se halló | found
    leaf_hashes | huellas de hoja | leaf hashes
    links | eslabones | links
    rows | filas | rows
    batches | lotes | batches
    checkpoints | puntos de control | checkpoints
    cosignatures | firmas de testigos | cosignatures
    tiles | teselas | tiles
    bundles | paquetes de entradas | entry bundles
    documents | documentos | documents
    inclusion_proofs | pruebas de inclusión | inclusion proofs
    signatures | firmas | signatures
    keys | llaves | keys
    anchors | anclas de tiempo | time anchors
    anchored_entries | entradas ancladas | anchored entries
    appointments | nombramientos | appointments
    seats | asientos | seats
    seen_roots | raíces vistas | seen roots
    moves | actos | acts
    state_documents | documentos de estado | state documents
    aggregates | agregados | aggregates
    derived_facts | hechos derivados | derived facts
    view_rows | filas de las vistas | rows of the views
""")

FAULTS: Final[Words] = _table("""
    entry-form | la entrada no tiene la forma canónica | the entry is not in the canonical form
    entry-missing | falta la entrada | the entry is missing
    entry-beyond | hay entradas que ningún punto de control cubre | entries that no checkpoint covers
    index | el índice no es el del lugar | the index is not that of the place
    previous | no enlaza con la entrada anterior | it does not link to the entry before
    recorded-at | la hora de registro retrocede | the recording time goes back
    leaf-hash | la entrada y su huella guardada no concuerdan | the entry and its stored leaf hash disagree
    genesis | la entrada 0 no es la esperada | entry 0 is not the one expected
    log-key | la llave de la bitácora no es la fijada | the log key is not the one pinned
    origin | el origen no es el de esta bitácora | the origin is not this log's
    checkpoint | el punto de control no es válido | the checkpoint is not valid
    size | el tamaño no es el de las entradas | the size is not that of the entries
    root | las entradas no dan la raíz firmada | the entries do not give the signed root
    rollback | la bitácora es más corta que un punto de control ya verificado | the log is shorter than a checkpoint verified before
    fork | la bitácora contradice un punto de control ya verificado | the log contradicts a checkpoint verified before
    tile | la tesela no es la del árbol | the tile is not the tree's
    bundle | el paquete de entradas no es el de la bitácora | the entry bundle is not the log's
    row | la columna no es la que da la entrada | the column is not what the entry gives
    batch | el lote no es el que sigue | the batch is not the next one
    meta | el almacén dice de sí lo que no es | the store says of itself what is not so
    schema | la tabla no tiene las columnas de la especificación | the table has not the specification's columns
    document | el documento no es el que su nombre dice | the document is not what its name says
    document-size | el documento no tiene el tamaño citado | the document has not the size cited
    inclusion | la prueba no lleva a la raíz firmada | the proof does not lead to the signed root
    signature | la firma no es válida | the signature is not valid
    signature-count | no están las firmas debidas | the signatures due are not there
    key-unknown | nadie registró la llave antes | nobody registered the key before
    key-state | la llave no está activa en este índice | the key is not active at this index
    key-period | la llave no vale en este día | the key is not valid on this day
    actor | quien actúa no es el titular de la llave | the actor is not the holder of the key
    appointment | el nombramiento no está vigente en este índice | the appointment is not in force at this index
    scope | el nombramiento no alcanza este acto | the appointment does not cover this act
    root-act | el acto y la llave raíz no se corresponden | the act and the root key do not go together
    authority | el acto es de otra parte | the act belongs to another party
    seat | la parte no tiene asiento | the party holds no seat
    directory | el directorio no admite este acto | the directory does not admit this act
    ledger | la declaración es de otra bitácora | the statement is of another log
    seen-ahead | dice haber visto entradas posteriores | it claims to have seen later entries
    seen | la raíz que el firmante vio no es la de esta bitácora | the root that the signer saw is not this log's
    contradiction | la llave de la bitácora firmó dos historias que no pueden ser ciertas a la vez | the log key signed two histories that can't both be true
    contradiction-seen | la bitácora admitió una declaración que su propio árbol contradice | the log admitted a statement that its own tree contradicts
    statement-id | el identificador ya se usó | the id was used before
    signed-at | se firmó después de registrarse | it was signed after it was recorded
    time-index | la lista de anclas y los archivos no concuerdan | the list of anchors and the files disagree
    time-checkpoint | lo anclado no es un punto de control de esta bitácora | what is anchored is not a checkpoint of this log
    time-rollback | la bitácora es más corta que un punto de control anclado | the log is shorter than an anchored checkpoint
    time-fork | la bitácora contradice un punto de control anclado | the log contradicts an anchored checkpoint
    time-token | el sello de tiempo no tiene la forma debida | the time-stamp is not in its form
    time-imprint | el sello de tiempo cubre otros bytes | the time-stamp covers other bytes
    time-usage | el certificado no es para sellar tiempo | the certificate is not one for time-stamping
    time-certificate | el certificado no valía a la hora del sello | the certificate was not valid at the time-stamp's time
    time-signature | la firma del sello de tiempo no es válida | the time-stamp's signature is not valid
    time-recorded | dice haberse registrado después del sello de tiempo que ya la cubre | it claims to be recorded after the time-stamp that covers it already
    law | el acto no era lícito en ese punto | the act was not lawful at that point
    shown-missing | no se muestra lo que las entradas dan | what the entries give is not shown
    shown-extra | se muestra lo que las entradas no dan | what is shown is not given by the entries
    shown-differs | lo que se muestra no es lo que las entradas dan | what is shown is not what the entries give
    shown-form | lo que se muestra no tiene la forma debida | what is shown is not in its form
""")

SEEN: Final[Words] = _table("""
    missing | No están {count} archivos que la bitácora firmó; el primero: {first}. Pídalos a otra copia o repita la revisión más tarde. | {count} files that the log signed are not there; the first: {first}. Ask another copy for them, or verify again later.
    withheld | RETENIDO: la bitácora firmó {count} archivos que no entrega, tampoco al pedirlos otra vez; el primero: {first}. Guarde el punto de control y pregunte a otros qué recibieron. | WITHHELD: the log signed {count} files that it does not hand out, nor when asked again; the first: {first}. Keep the checkpoint, and ask others what they were given.
    short | {count} archivos están incompletos; el primero: {first}. La copia o la descarga se interrumpió: repítala. | {count} files are not whole; the first: {first}. The copy or the download broke off: do it again.
    added | {count} archivos tienen bytes de más después de lo firmado, que es lo debido; el primero: {first}. Obtenga otra copia. | {count} files have bytes added after what was signed, which is as it must be; the first: {first}. Get another copy.
    changed | {count} archivos cambiaron de forma en el camino (fines de línea, marca BOM, correo); el primero: {first}. Se revisó sin ese cambio, en memoria. Obtenga el archivo sin convertir. | {count} files were changed in form on their way (line ends, BOM, mail); the first: {first}. They were verified without that change, in memory. Get the file unconverted.
    replaced | En lugar de {count} archivos llegó una página u otro texto; el primero: {first}. Revise la dirección, la sesión o el portal de la red. | A page or other text came in the place of {count} files; the first: {first}. Check the address, the login or the network's portal.
    denied | Este equipo no puede leer {count} archivos (permiso o falla del medio); el primero: {first}. Dé permiso de lectura o copie de nuevo. | This machine can't read {count} files (permission, or a fault of the medium); the first: {first}. Give the right to read, or copy again.
    link | {count} archivos están detrás de un enlace simbólico, que no se sigue; el primero: {first}. Indique la carpeta verdadera. | {count} files are behind a symbolic link, which is not followed; the first: {first}. Name the true folder.
    special | En lugar de {count} archivos hay una tubería, un dispositivo o una carpeta; el primero: {first}. Obtenga otra copia. | A pipe, a device or a folder is in the place of {count} files; the first: {first}. Get another copy.
    other-ledger | La carpeta de confianza es de otra bitácora ({pinned}); ésta dice ser {origin}. Use la carpeta de confianza de esta bitácora. | This policy is for another ledger ({pinned}); this one says that it is {origin}. Use the trust folder of this ledger.
    receipt-form | Esto no es una constancia completa: {reason}. Obténgala otra vez como archivo adjunto, sin convertir. | This is not a whole receipt: {reason}. Get it again as an attached file, unconverted.
    receipt-no-entry | Prueba válida en su forma, sin los bytes de la entrada {index} (línea «extra»): no se puede revisar qué prueba. Pida la constancia con su entrada. | A proof in its form, without the bytes of entry {index} (the line "extra"): what it proves can't be checked. Ask for the receipt with its entry.
    zip-folder | El zip tiene todo dentro de la carpeta «{name}»: se leyó desde ahí. | The zip has everything within the folder "{name}": it was read from there.
    zip-ignored | Se dejaron de lado {count} archivos que el escritorio añade al comprimir; el primero: {first}. | {count} files that a desktop adds when it packs were left out; the first: {first}.
    kept-not-compared | No se comparó con {where} ({size} entradas): no se pudieron leer todas. | It was not compared with {where} ({size} entries): not all could be read.
""")

NOT_IN_A_PAGE: Final = frozenset({"withheld", "denied", "link", "special"})  # a page reads one file that it was given

REMARKS: Final[Words] = {
    **SEEN,
    **_table("""
    no-trust | No se dio carpeta de confianza: compare por otro medio la huella de la entrada 0 y la llave de la bitácora. | No trust folder was given: compare the fingerprint of entry 0 and the log key by other means.
    no-genesis-pin | La carpeta de confianza no fija la huella de la entrada 0. | The trust folder does not pin the fingerprint of entry 0.
    no-log-key | No se conoce la llave de la bitácora: ningún punto de control se pudo revisar. | The log key is not known: no checkpoint could be checked.
    no-quorum | Los testigos que pide la política no han firmado el punto de control (firmaron: {names}). | The witnesses that the policy asks for have not signed the checkpoint (signed: {names}).
    witnessed-to | El último punto de control con los testigos que pide la política cubre {size} de {total} entradas. | The last checkpoint with the witnesses that the policy asks for covers {size} of {total} entries.
    witnessed | Los testigos que pide la política cofirmaron las primeras {size} entradas: {names}. | The witnesses that the policy asks for have cosigned the first {size} entries: {names}.
    witness-behind | {count} puntos de control cofirmados cubren menos de lo que la bitácora dice que tenía entonces; el primero cubre {size} entradas el {time}, cuando la entrada {size} dice ser del {recorded_at}. Es normal si los testigos vieron tarde un punto de control anterior; si no, se antedataron entradas desde la {size}. | {count} cosigned checkpoints cover less than the log says it held by then; the first covers {size} entries at {time}, when entry {size} claims to be of {recorded_at}. This is normal where witnesses saw an earlier checkpoint late; otherwise entries from {size} on were back-dated.
    witness-ahead | {count} puntos de control fueron cofirmados antes de lo que dice su última entrada; el primero, el {time}, cuando la entrada {index} dice ser del {recorded_at}. El reloj de la bitácora o el del testigo anda mal. | {count} checkpoints were cosigned earlier than their last entry claims; the first at {time}, when entry {index} claims to be of {recorded_at}. The clock of the log or of the witness is wrong.
    signed-late | {count} entradas vivas se registraron más de 31 días después de firmarse; la primera, la {index}, firmada el {signed_at}, dice haberse registrado el {recorded_at}. Se entregó tarde, o un reloj anduvo mal. | {count} live entries were recorded more than 31 days after they were signed; the first, {index}, signed at {signed_at}, claims to be recorded at {recorded_at}. It was handed in late, or a clock was wrong.
    rollback-accepted | Quien opera declaró {count} veces que continuó desde una copia más corta que lo ya publicado; la última, el {at}, desde {size} entradas: {reason} | The operator declared {count} times that it went on from a copy shorter than what had been published; the last time at {at}, from {size} entries: {reason}
    rollbacks-unread | La lista de restauraciones aceptadas ({names}) no se pudo leer. | The list of accepted rollbacks ({names}) could not be read.
    cosignatures-unread | Las cofirmas guardadas ({names}) no se pudieron leer: {reason}. La bitácora no depende de ellas; se piden otra vez a los testigos. | The cosignatures in {names} could not be read: {reason}. The log does not rest on them; the witnesses are asked again.
    no-witnesses | La política no pide testigos: sólo la llave de la bitácora, los firmantes posteriores y quien guarde un punto de control responden por el orden. | The policy asks for no witnesses: only the log key, later signers and whoever keeps a checkpoint vouch for the order.
    unsupported | Este equipo no puede revisar las firmas poscuánticas de: {names}. | This machine cannot check the post-quantum signatures of: {names}.
    newer-act | Hay {count} entradas que este verificador no juzga, porque son más nuevas que él; la primera es la {index}, de tipo {type}. Use una versión más reciente. | {count} entries are not judged, because they are newer than this verifier; the first is entry {index}, of type {type}. Use a more recent version.
    no-time-zone | Faltan las reglas de la zona horaria {zone}: no se revisaron los días de vigencia. Instale el paquete tzdata. | The rules of the time zone {zone} are missing: days of validity were not checked. Install the package tzdata.
    time-zone-rules | Los días son los de la zona horaria {zone}, según las reglas {version} del paquete tzdata. | Days are those of the time zone {zone}, by the rules {version} of the package tzdata.
    law-newer | La ley se juzgó hasta la entrada {index}, sin incluirla ({moves} actos): esa entrada, de tipo {type} y edición {edition}, es más nueva que este verificador. De ella en adelante no se juzgó si los actos eran lícitos. Use una versión más reciente. | The law was judged up to entry {index}, without it ({moves} acts): that entry, of type {type} and edition {edition}, is newer than this verifier. From it on, whether acts were lawful was not judged. Use a more recent version.
    shown-other-form | No se comparó lo que se muestra ({what}): es de la edición {edition} y la forma {form}; este verificador compara la edición {own_edition} y la forma {own_form}. Use la misma versión, o haga de nuevo las vistas. | What is shown ({what}) was not compared: it is of edition {edition} and form {form}; this verifier compares edition {own_edition} and form {own_form}. Use the same version, or rebuild the views.
    shown-not-judged | No se comparó lo que se muestra: el estado después de la entrada {index} no se conoce. | What is shown was not compared: the state after entry {index} is not known.
    documents-missing | Faltan {count} documentos citados; el primero, {first}, lo cita la entrada {index}. | {count} cited documents are missing; the first, {first}, is cited by entry {index}.
    evidence-elsewhere | {count} huellas de evidencia sin documento junto a la bitácora. | {count} digests of evidence without a document beside the log.
    documents-not-read | No se revisaron los documentos citados. | The documents cited were not checked.
    entries-unread | No se pudo leer el contenido de {count} entradas; su autoría no se revisó. | The content of {count} entries could not be read; their authorship was not checked.
    receipt-authorship | La autoría no se revisó: hace falta la bitácora entera para saber qué llaves y nombramientos regían en la entrada {index}. | Authorship was not checked: the whole log is needed to know which keys and appointments were in force at entry {index}.
    receipt-consistency | No se comparó con el punto de control guardado ({size} entradas): hace falta la bitácora. | It was not compared with the kept checkpoint ({size} entries): that needs the log.
    law | No se revisó si cada acto era lícito (L3) ni el estado que se muestra (L4): eso pide las reglas del dominio. | Whether each act was lawful (L3) and the state shown (L4) were not checked: that needs the rules of the domain.
    time | No se revisaron sellos de tiempo (L5). | No time-stamps were checked (L5).
    time-receipt | Una constancia no trae sellos de tiempo (L5): hace falta la bitácora. | A receipt carries no time-stamps (L5): that needs the log.
    time-none | La bitácora no trae sellos de tiempo (L5): de las horas responde sólo quien la opera. | The log carries no time-stamps (L5): for the times its operator alone answers.
    time-no-key | Sin la llave de la bitácora no se revisaron sellos de tiempo (L5). | Without the log key no time-stamps were checked (L5).
    time-unpinned | {count} sellos de tiempo no cuentan: ninguna autoridad fijada en la carpeta de confianza los firma. El primero, {first}, es de: {signer}. | {count} time-stamps do not count: no authority pinned in the trust folder signed them. The first, {first}, is by: {signer}.
    time-missing | Faltan {count} archivos de la lista de anclas; el primero: {first}. | {count} files of the list of anchors are missing; the first: {first}.
    time-unread | No se pudo leer la hora de registro de la entrada {index}: no se comparó con los sellos de tiempo. | The recording time of entry {index} could not be read: it was not compared with the time-stamps.
    time-revocation | No se revisó si el certificado de una autoridad de sellado fue revocado: eso pide conexión con ella. | Whether a time-stamp authority's certificate was revoked was not checked: that needs a connection to it.
    time-anchored | {name} (sello de tiempo RFC 3161; {count} en total): las entradas 0–{last} existían a más tardar el {time}. | {name} (RFC 3161 time-stamp; {count} in all): entries 0–{last} existed by {time}.
    time-nom151 | {name} (constancia de conservación NOM-151-SCFI-2016; {count} en total; prestador acreditado según la carpeta de confianza: {basis}): las entradas 0–{last} existían a más tardar el {time}. | {name} (constancia de conservación NOM-151-SCFI-2016; {count} in all; accredited provider according to the trust folder: {basis}): entries 0–{last} existed by {time}.
    time-longest | El trecho más largo sin prueba de la hora: la entrada {index} dice {recorded_at} y consta sólo desde {time}. | The longest stretch without proof of the time: entry {index} says {recorded_at} and is proven only from {time} on.
    time-behind | {count} anclas cubren menos de lo que la bitácora dice que tenía entonces; la primera cubre {size} entradas el {time}, cuando dice haber tenido {held}. Es normal si se ancló un punto de control anterior o la respuesta tardó; si no, se antedataron entradas desde la {size}. | {count} anchors cover less than the log says it held by then; the first covers {size} entries at {time}, when it claims to have held {held}. This is normal where an earlier checkpoint was anchored or the answer came late; otherwise entries from {size} on were back-dated.
    time-tail | Desde la entrada {start} ningún sello de tiempo que cuente cubre la bitácora. | From entry {start} on no time-stamp that counts covers the log.
    time-expired | El certificado de {names} ha vencido desde entonces; valía a la hora de sus sellos. | The certificate of {names} has expired since; it was valid at the time of its time-stamps.
    time-newer | {count} anclas son de entradas que se agregaron mientras se verificaba. | {count} anchors are of entries that were added while verifying.
    time-other-files | {count} archivos bajo anchors/ no son anclas; el primero: {first}. | {count} files under anchors/ are no anchors; the first: {first}.
    tail | Desde la entrada {start} ningún firmante posterior ha dado fe de lo anterior; responden de ese orden la llave de la bitácora y los testigos. | From entry {start} on no later signer has vouched for what came before; the log key and the witnesses answer for that order.
    suspect | La firma de la entrada {index} es dudosa: su llave se declaró comprometida y nadie la ha confirmado. | The signature of entry {index} is suspect: its key was declared compromised and nobody has affirmed it.
    disowned | La firma de la entrada {index} fue desconocida por su parte. | The signature of entry {index} was disowned by its party.
    published-lags | Lo publicado cubre {size} de {total} entradas. | What is published covers {size} of {total} entries.
    not-published | El almacén no tiene al lado archivos publicados. | The store has no published files beside it.
    beyond-checkpoint | {count} teselas exceden el punto de control; nada firmado las cubre. | {count} tiles go beyond the checkpoint; nothing signed covers them.
    other-files | {count} archivos no son parte de la bitácora; el primero: {first}. | {count} files are not part of the log; the first: {first}.
    vouched | Las firmas de las entradas anteriores a la {size} no se revisaron otra vez: usted dio un punto de control que ya las cubría, y las entradas dan su raíz. | The signatures of entries before {size} were not checked again: you gave a checkpoint that covered them, and the entries give its root.
    not-read-again | Las entradas anteriores a la {start} no se leyeron otra vez: si alguien altera hoy la copia que de ellas se guarda aquí, sólo una revisión completa lo ve. | Entries before {start} were not read again: should somebody alter the copy of them that is kept here today, only a whole audit sees it.
    continued | Se continuó en la entrada {start} una revisión interrumpida. | An interrupted audit was continued at entry {start}.
    state-digest | El estado que dan las {size} entradas tiene la huella SHA-256 {digest}. | The state that the {size} entries give has the SHA-256 {digest}.
    nothing-shown | No se revisó el estado mostrado (L4): aquí no se muestra ninguno. | The state shown (L4) was not checked: none is shown here.
    shown-unreadable | No se pudo leer el estado que se muestra (L4): {reason} | The state shown (L4) could not be read: {reason}
    shown-in-part | Sólo se muestra una parte del estado (L4); lo demás no se pudo revisar. | Only a part of the state is shown (L4); the rest could not be checked.
    host-clock | El servidor dice que son las {at}; aquí son las {now}. | The server says that it is {at}; here it is {now}.
    list-ahead | No se revisó la lista {name}: ya muestra {size} entradas, y se revisaron {total}. | The list {name} was not checked: it shows {size} entries already, and {total} were audited.
    views-lag | Las vistas muestran {size} de {total} entradas. | The views show {size} of {total} entries.
    contradiction-notes | Qué prueba este archivo: un punto de control da una raíz para las primeras {size} entradas, y otro, de {newer}, contiene otra raíz para esas mismas entradas. Ambos llevan la firma de la misma llave. Quien la tiene mostró dos historias; cuál es la verdadera, este archivo no lo dice. | What this file proves: one checkpoint gives a root for the first {size} entries, and another, of {newer}, holds another root for the same entries. Both are signed by the same key. Whoever has it has shown two histories; which is the true one, this file does not say.
    contradiction-entry | Qué prueba este archivo: en el árbol de {newer} entradas que la llave firmó está la entrada {index}, cuyo firmante dice haber visto para las primeras {size} entradas una raíz que ese mismo árbol no tiene. Una bitácora honrada no la habría admitido. | What this file proves: the tree of {newer} entries that the key signed holds entry {index}, whose signer says to have seen, for the first {size} entries, a root that the same tree has not. An honest log would not have admitted it.
    contradiction-none | El archivo no prueba ninguna contradicción, y no dice nada contra la bitácora: {reason} | The file proves no contradiction, and says nothing against the log: {reason}
    contradiction-unpinned | La contradicción es cierta; que esta llave sea la de la bitácora, no se sabe: compárela con la que tenga por otro medio, o dé la carpeta de confianza. | The contradiction is real; that this key is the log's is not known: compare it with the one that you have by other means, or give the trust folder.
    contradiction-other-key | La llave de este archivo no es la que su carpeta de confianza fija para esta bitácora: nada prueba contra ella. | The key in this file is not the one that your trust folder pins for this log: it proves nothing against it.
    contradiction-witnesses | Testigos que firmaron las dos historias, y faltaron también a su palabra: {names}. | Witnesses that signed both histories, and so broke their word too: {names}.
    own-trust | La carpeta de confianza que el propio libro trae no prueba nada por sí sola. | The trust folder that the ledger itself carries proves nothing by itself.
    views-ahead | No se comparó el estado guardado: las vistas llegan a la entrada {size} y lo revisado a la {total}. No son parte de la bitácora; «rebuild» las hace de nuevo. | The stored state was not compared: the views reach entry {size}, what was verified {total}. They are no part of the log; "rebuild" makes them again.
"""),
}
