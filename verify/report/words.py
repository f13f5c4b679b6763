"""The report's words in Spanish and English: verdicts, labels, faults and remarks, by code."""

# ruff: noqa: E501 - a table reads by rows
import re
from collections.abc import Mapping
from typing import Final

Words = Mapping[str, Mapping[str, str]]


def table_of(text: str) -> dict[str, dict[str, str]]:
    """Read lines `code | Spanish | English`."""
    rows = (line.split(" | ") for line in text.strip().splitlines())
    return {code.strip(): {"es": es.strip(), "en": en.strip()} for code, es, en in rows}


_PARAMETER: Final = re.compile(r"\{(\w+)(?::([^{}/]*)/([^{}/]*))?\}")


def filled(words: str, params: Mapping[str, object]) -> str:
    """Fill in a sentence's parameters.

    Args:
        words: A sentence with `{name}`; `{count:record/records}` is the first word where the parameter is 1.
        params: Their values.

    Returns:
        The sentence.

    Raises:
        KeyError: A parameter has no value.
    """

    def value(match: re.Match[str]) -> str:
        given = params[match[1]]
        return str(given) if match[2] is None else match[2] if str(given) == "1" else match[3]

    return _PARAMETER.sub(value, words)


VERDICTS: Final[Words] = table_of("""
    INTACT | ÍNTEGRO | INTACT
    INCONCLUSIVE | NO CONCLUYENTE | INCONCLUSIVE
    ALTERED | ALTERADO | ALTERED
    UNREADABLE | ILEGIBLE | UNREADABLE
    FOREIGN | ESTO NO ES UNA CONSTANCIA | THIS IS NOT A RECEIPT
    SINCE | Nada ha cambiado desde el registro {size}: lo que se verificó entonces es el principio del libro de hoy. Registros nuevos: {new}. | Nothing has changed since entry {size}: the log of today extends what was verified then. New entries: {new}.
""")

LABELS: Final[Words] = table_of("""
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
    fingerprint | Huella del ancla de confianza | Fingerprint of the trust anchor
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

FAULTS: Final[Words] = table_of("""
    entry-form | no tiene la forma de un registro: cambió después de firmarse | is not in an entry's form: it changed after it was signed
    entry-missing | falta el registro | the entry is missing
    entry-beyond | hay registros que ningún punto de control cubre | there are entries that no checkpoint covers
    index | el índice no corresponde a su lugar | the index does not match the position
    previous | no enlaza con el registro anterior | it does not link to the previous entry
    recorded-at | la hora de registro retrocede | the recording time goes backwards
    leaf-hash | no es el que se firmó: lo que dice ahora no da su huella | is not the one that was signed: what it says now does not give its fingerprint
    genesis | el registro 0 no es el esperado | entry 0 is not the expected one
    log-key | la llave del libro no es la fijada | the log key is not the pinned one
    origin | el origen no es el de este libro | the origin is not that of this log
    checkpoint | el resumen firmado del libro (punto de control) no es válido | the ledger's signed summary (checkpoint) is not valid
    size | el tamaño no corresponde al número de registros | the size does not match the number of entries
    root | los registros no son los que el libro firmó | the entries are not those that the ledger signed
    rollback | el libro es más corto que lo que ya se había verificado | the ledger is shorter than what was verified before
    fork | el libro contradice lo que ya se había verificado | the ledger contradicts what was verified before
    tile | un archivo del libro (tesela) no corresponde a los registros | a file of the ledger (tile) does not match the entries
    bundle | no es el que se firmó: este archivo trae otro | is not the one that was signed: this file has another
    row | la columna no corresponde al registro | the column does not match the entry
    batch | el lote no es el que sigue | the batch is not the next one in order
    meta | el almacén da un dato falso sobre sí mismo | the store states something false about itself
    schema | la tabla no tiene las columnas de la especificación | the table does not have the columns of the specification
    document | el documento no corresponde a su nombre | the document does not match its name
    document-size | el documento no tiene el tamaño citado | the document does not have the cited size
    inclusion | no es el que el libro firmó | is not the one that the ledger signed
    signature | la firma no corresponde a lo que dice | the signature does not match what it says
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
    directory | las llaves y los cargos de entonces no admiten este acto | the keys and posts of that time do not admit this act
    ledger | la declaración es para otro libro | the statement is for another log
    seen-ahead | dice haber visto registros posteriores | it claims to have seen later entries
    seen | lo que vio quien firmó no es lo que dice este libro | what the signer saw is not what this ledger says
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
    shown-missing | los datos que se publican no traen lo que los registros dan | the data that are served lack what the entries produce
    shown-extra | los datos que se publican traen lo que los registros no dan | the data that are served have what the entries do not produce
    shown-differs | los datos que se publican difieren de lo que los registros dan | the data that are served differ from what the entries produce
    shown-form | lo que se muestra no tiene el formato correcto | what is shown is not in the correct format
""")

SEEN: Final[Words] = table_of("""
    missing | Archivos que el libro firmó y no están: {count}; el primero: {first}. Pídalos a otra copia o repita la revisión más tarde. | Files that the log signed and that are not there: {count}; the first: {first}. Ask another copy for them, or verify again later.
    withheld | RETENIDO: archivos que el libro firmó y no entrega, tampoco al pedirlos otra vez: {count}; el primero: {first}. Guarde el punto de control y pregunte a otros qué recibieron. | WITHHELD: files that the log signed and does not hand out, nor when asked again: {count}; the first: {first}. Keep the checkpoint, and ask others what they were given.
    short | Archivos incompletos: {count}; el primero: {first}. La copia o la descarga se interrumpió: repítala. | Incomplete files: {count}; the first: {first}. The copy or the download broke off: repeat it.
    added | Archivos con bytes de más tras lo que el libro firmó, que está completo: {count}; el primero: {first}. Obtenga otra copia. | Files with bytes added after what the log signed, which is complete: {count}; the first: {first}. Get another copy.
    changed | {count} {count:archivo cambió/archivos cambiaron} en el camino (fines de línea, correo, sangría); el primero: {first}. Se revisó sin ese cambio, en memoria. Para concluir, obténgalo sin convertir. | {count} {count:file was/files were} changed on the way (line ends, mail, indentation); the first: {first}. It was checked without that change, in memory. To conclude, get it unconverted.
    replaced | Archivos en cuyo lugar llegó una página u otro texto: {count}; el primero: {first}. Revise la dirección, la sesión o el portal de la red. | Files in whose place a page or other text came: {count}; the first: {first}. Check the address, the login or the network's portal.
    denied | Archivos que este equipo no puede leer (permiso o falla del medio): {count}; el primero: {first}. Dé permiso de lectura o copie de nuevo. | Files that this machine can't read (permission, or a fault of the medium): {count}; the first: {first}. Give the right to read, or copy again.
    link | Archivos detrás de un enlace simbólico, que no se sigue: {count}; el primero: {first}. Indique la carpeta verdadera. | Files behind a symbolic link, which is not followed: {count}; the first: {first}. Name the true folder.
    special | Archivos en cuyo lugar hay una tubería, un dispositivo o una carpeta: {count}; el primero: {first}. Obtenga otra copia. | Files in whose place a pipe, a device or a folder is: {count}; the first: {first}. Get another copy.
    form | {count} {count:archivo no tiene/archivos no tienen} la forma debida; el primero: {first}. Obtenga otra copia. | {count} {count:file is/files are} not in the form that {count:it/they} must have; the first: {first}. Get another copy.
    other-ledger | El ancla de confianza es de otro libro ({pinned}); éste dice ser {origin}. Use lo que publican las partes de este libro. | The trust anchor is for another ledger ({pinned}); this one says that it is {origin}. Use what the parties to this ledger publish.
    receipt-form | No es una constancia completa: está cortada o cambiada [{reason}]. Pídala otra vez como archivo adjunto, o descárguela de nuevo. | It is not a whole receipt: it was cut or changed [{reason}]. Ask for it again as an attached file, or download it again.
    entry-alone | Un registro suelto no muestra que esté en el libro: pida su constancia. | An entry by itself does not show that it is in the ledger: ask for its receipt.
    receipt-no-entry | A esta constancia le faltan los bytes del registro {index} (línea «extra»): no se puede revisar qué prueba. Pida la constancia con su registro. | This receipt lacks the bytes of entry {index} (the line "extra"): what it proves can't be checked. Ask for the receipt with its entry.
    zip-folder | El zip tiene todo dentro de la carpeta «{name}»: se leyó desde ahí. | The zip has everything within the folder "{name}": it was read from there.
    zip-ignored | Archivos que el escritorio añade al comprimir y se dejaron de lado: {count}; el primero: {first}. | Files that a desktop adds when it packs, left out: {count}; the first: {first}.
    kept-not-compared | No se comparó con {where} ({size} registros): no se pudieron leer todos. | It was not compared with {where} ({size} entries): not all could be read.
""")

NOT_IN_A_PAGE: Final = frozenset(
    {"withheld", "denied", "link", "special", "form"}
)  # a page reads one file that it was given

# Why no secure connection came about, by the codes of `sources.tls`: somebody answers, and nothing of it was read.
TLS: Final[Words] = table_of("""
    certificate-expired | El certificado de ese sitio (TLS) ha vencido, o el reloj de este equipo está adelantado. Revise la fecha del equipo; si es la de hoy, avise a quien opera el sitio. | The certificate of that site (TLS) has expired, or the clock of this machine is ahead. Check the machine's date; if it is today's, inform who runs the site.
    certificate-early | El certificado de ese sitio (TLS) todavía no vale, o el reloj de este equipo está atrasado. Revise la fecha del equipo; si es la de hoy, avise a quien opera el sitio. | The certificate of that site (TLS) is not valid yet, or the clock of this machine is behind. Check the machine's date; if it is today's, inform who runs the site.
    certificate-name | Quien responde en esa dirección muestra un certificado (TLS) de otro nombre. Revise que la dirección esté bien escrita; si lo está, algo en la red puede haber llevado a otro sitio: pruebe desde otra red y avise a quien opera el sitio. | Who answers at that address shows a certificate (TLS) of another name. Check that the address is written correctly; if it is, something on the network may have led to another site: try from another network, and inform who runs the site.
    certificate-authority | El certificado de ese sitio (TLS) no viene de ninguna autoridad que este equipo conozca: lo hizo el sitio mismo, viene incompleto, o alguien en la red se puso en medio. Pruebe desde otra red y avise a quien opera el sitio; si la autoridad es de su institución, ponga su archivo en la variable SSL_CERT_FILE. | The certificate of that site (TLS) comes from no authority that this machine knows: the site made it itself, it comes incomplete, or somebody on the network is in between. Try from another network, and inform who runs the site; if the authority is your institution's own, put its file into the variable SSL_CERT_FILE.
    certificate-refused | Este equipo no acepta el certificado de ese sitio (TLS). Pruebe desde otra red y avise a quien opera el sitio. | This machine does not accept the certificate of that site (TLS). Try from another network, and inform who runs the site.
    no-tls | Alguien responde en esa dirección, pero no con una conexión segura (TLS). Si el sitio es de prueba y está en este equipo, la dirección empieza con http://; si no, revise el puerto y avise a quien opera el sitio. | Somebody answers at that address, but without a secure connection (TLS). If it is a site for trying things out on this machine, the address begins with http://; otherwise check the port, and inform who runs the site.
""")

# A report for a lay reader; what is technical comes after it, where it is asked for.
LAY: Final[Words] = table_of("""
    log-sound | {size} {size:registro, y es el que se firmó/registros, y son los que se firmaron, en su orden y sin cambio}. | {size} {size:entry, and it is the one that was signed/entries, and they are the signed ones, in their order and unchanged}.
    receipt-sound | El libro tiene este registro en el lugar {index}, sin cambio. | The ledger has this entry at index {index}, unchanged.
    none | No se halló ninguna alteración, pero falta algo para concluir. | No alteration was found, but something is missing for a conclusion.
    recorded | El {moment} quedó en el libro (registro {index}): {sentence} | On {moment} this became entry {index} of the ledger: {sentence}
    claimed | Según este archivo, el {moment} quedó en el libro (registro {index}): {sentence} | According to this file, on {moment} this became entry {index} of the ledger: {sentence}
    signed | Lo firmó: {signer}, el {moment}. | Signed by: {signer}, on {moment}.
    occurred | Cuándo ocurrió, según quien firma: {day}. | When it happened, according to the signer: {day}.
    seen | Al firmar había visto {size} {size:registro/registros} del libro. | When signing, {size} {size:entry/entries} of the ledger had been seen.
    altered-entry | El registro {index} no es el que se firmó. | Entry {index} is not the one that was signed.
    altered-place | Registro {index}: {what}. | Entry {index}: {what}.
    altered-range | En los registros {index} a {last_index}: {what}. | In entries {index} to {last_index}: {what}.
    altered-somewhere | En algún lugar de los registros {index} a {last_index}: {what}. | Somewhere in entries {index} to {last_index}: {what}.
    altered-log | El libro entero: {what}. | The ledger as a whole: {what}.
    now | Dice ahora: {sentence} | It says now: {sentence}
    says | Dice: {sentence} | It says: {sentence}
    now-none | Lo que hay ahora en su lugar no se puede leer como registro. | What is there now can't be read as an entry.
    was | Lo que se firmó dice: {sentence} | What was signed says: {sentence}
    changes-signed | Qué cambió en ese registro: | What changed in that entry:
    changes-other | En qué difiere de otra copia que está a la mano: | How it differs from another copy at hand:
    also | También están mal: {list}. | Also wrong: {list}.
    also-more | {list} y {more} más | {list} and {more} more
    save | Guarde este archivo y no lo corrija. Pida otra copia a las partes o a los testigos, y compárelas. | Keep this file and don't correct it. Ask the parties or the witnesses for another copy, and compare them.
    compare | Para ver qué palabras cambiaron hace falta otra copia: «constancia verify {location} --against OTRA». | To see which words changed, another copy is needed: “constancia verify {location} --against OTHER”.
    entries | {count:Se revisó/Se revisaron} {count} {count:registro/registros}: ninguno falta, sobra ni cambió de lugar. | {count} {count:entry was/entries were} checked: none is missing, added or moved.
    signatures | {count} {count:firma/firmas}: {count:es/todas son} de quien dicen, con llave y cargo vigentes entonces. | {count} {count:signature/signatures}: {count:it is/all are} by whom they say, with a key and a post in force at the time.
    moves | {count} {count:acto/actos}: {count:conforme/todos conforme} a las reglas. | {count} {count:act/acts}: {count:it follows/all follow} the rules.
    shown-served | Los datos que publica el sitio son los que dan los registros. Sus páginas, avisos y hojas de cálculo no se compararon: quien opera el sitio puede mostrar ahí otra cosa. | The data that the site serves are what the entries give. Its pages, feeds and spreadsheets were not compared: who runs the site can show something else there.
    shown-stored | Las listas guardadas junto al libro son las que dan los registros. Las páginas que un servidor hace de él no se compararon. | The lists stored with the ledger are those that the entries give. The pages that a server makes of it were not compared.
    shown-by-oneself | Para leer lo que dice el libro sin creerle a ningún sitio: «constancia state» y «constancia log», con el libro en su equipo. | To read what the ledger says without believing any site: “constancia state” and “constancia log”, with the ledger on your own machine.
    anchors | {count} {count:sello de tiempo revisado/sellos de tiempo revisados}. | {count} {count:time-stamp/time-stamps} checked.
    zip-refused | Parece el paquete de un libro, pero está incompleto o lo comprimió otro programa de un modo que aquí no se abre. Descárguelo otra vez, o comprímalo de nuevo como .zip común (Deflate). | It seems to be a ledger's bundle, but it is incomplete, or another program packed it in a way that is not opened here. Download it again, or pack it again as an ordinary .zip (Deflate).
    form-refused | Parece un registro del libro, pero está dañado: no se puede leer entero. Descárguelo otra vez. | It seems to be an entry of a ledger, but it is damaged: it can't be read as a whole. Download it again.
    by-publisher | Según las llaves que publica {publisher} ({place}). | By the keys that {publisher} publishes ({place}).
    by-anchor | Según el ancla de confianza que usted dio. | By the trust anchor that you gave.
    detail | Detalle técnico: {option}. | Technical detail: {option}.
    technical | Detalle técnico | Technical detail
""")

# What the auditor gave and can't be used, where a page of one file has no room for more than its code.
REFUSED: Final[Words] = table_of("""
    kept | No se puede usar el punto de control que usted guardó ({first}): está dañado o es de otro libro. Recupérelo de un respaldo; sin él no se sabe si el libro continúa lo que usted revisó antes. | The checkpoint that you saved ({first}) can't be used: it is damaged, or of another ledger. Get it back from a backup; without it nobody knows whether the log continues what you verified before.
    kept-key | El punto de control que usted guardó ({first}) lo firmó, con el nombre del libro, una llave que no está en su ancla de confianza (sin ancla cuenta sólo la que nombra el registro 0). Si las partes anunciaron que el libro cambió de llave, use el ancla que publican hoy o revise sin él (en una carpeta de confianza, saque ese archivo); si no, consérvelo y pregúnteles. | The checkpoint that you saved ({first}) was signed, under the log's name, by a key that your trust anchor lacks (without an anchor only the one that entry 0 names counts). If the parties announced that the log changed its key, use the anchor that they publish today or verify without it (take that file out of a trust folder); if not, keep it and ask them.
""")

# Remarks that say nothing to a lay reader: they are in the technical detail.
TECHNICAL: Final = frozenset({"browser-zone", "other-files", "state-digest", "time-zone-rules", "views-lag", "vouched"})
# Faults by which an entry itself is known not to be the one that was signed.
CHANGED: Final = frozenset({"bundle", "entry-form", "inclusion", "leaf-hash", "signature"})
# In a demonstration the story's clock and that of the witnesses differ: that is no suspicion.
IN_A_DEMONSTRATION: Final = {"witness-ahead": "demo-clock", "witness-behind": "demo-clock"}

REMARKS: Final[Words] = {
    **SEEN,
    **table_of("""
    no-trust | No se sabe si las llaves son las verdaderas: falta lo que publican las partes (la carpeta de confianza). Pídalo a una de ellas, o compare por otro medio la huella del registro 0 y la llave del libro. | Whether the keys are the true ones is not known: what the parties publish (the trust folder) is missing. Ask one of them for it, or compare the fingerprint of entry 0 and the log key with another source.
    no-genesis-pin | Lo que usted dio para comparar no trae la huella del registro 0. | What you gave to compare with lacks the fingerprint of entry 0.
    no-log-key | No se conoce la llave del libro: no se pudo revisar ninguna de sus firmas. | The log key is not known: none of its signatures could be checked.
    other-log-key | No se acepta: lo firmó, con el nombre del libro, una llave que no está en su ancla de confianza. El libro cambió de llave, o alguien se hace pasar por él. Pida a las partes el ancla de hoy; de una constancia antigua, pida otra. | Not accepted: it was signed, under the log's name, by a key that your trust anchor lacks. The log changed its key, or somebody poses as it. Ask the parties for today's anchor; for an old receipt, ask for a new one.
    log-key-replaced | El ancla de confianza reemplaza la llave del libro que nombra el registro 0. | The trust anchor replaces the log key that entry 0 names.
    no-quorum | No han firmado los testigos que hacen falta (firmaron: {names}). | The witnesses that are needed have not signed (signed: {names}).
    witnessed-to | Los testigos que hacen falta han visto {size} de {total} registros. | The witnesses that are needed have seen {size} of {total} entries.
    witnessed | Lo vieron y lo firmaron los testigos {names}: {size} {size:registro/registros}. | Seen and signed by the witnesses {names}: {size} {size:entry/entries}.
    witness-behind | Puntos de control cofirmados que cubren menos de lo que el libro dice que tenía entonces: {count}; el primero cubre {size} registros el {time}, cuando el registro {size} dice ser del {recorded_at}. Es normal si los testigos vieron tarde un punto de control anterior; si no, se antedataron registros desde el {size}. | Cosigned checkpoints that cover less than the log claims to have held by then: {count}; the first covers {size} entries at {time}, but entry {size} claims to be of {recorded_at}. This is normal if the witnesses saw an earlier checkpoint late; otherwise entries from {size} on were back-dated.
    demo-clock | Los testigos de la demostración usan el reloj de hoy; por eso sus horas no coinciden con las de la historia. | The demonstration's witnesses use today's clock; that is why their times differ from the story's.
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
    documents-missing | {count:Falta/Faltan} {count} {count:documento citado/documentos citados}; el primero lo cita el registro {index} ({first}). | {count} cited {count:document is/documents are} missing; the first is cited by entry {index} ({first}).
    documents-withdrawn | {count} {count:documento citado se retiró/documentos citados se retiraron} por una cancelación de datos personales y ya no se {count:muestra/muestran}; el primero lo retira el registro {index}, que dice por qué ({first}). | {count} cited {count:document was/documents were} withdrawn by a cancellation of personal data and {count:is/are} not shown any more; the first is withdrawn by entry {index}, which says why ({first}).
    evidence-elsewhere | De {count} {count:documento citado/documentos citados} como evidencia sólo está la huella; {count:el archivo no está/los archivos no están} aquí. | Of {count} {count:document/documents} cited as evidence only the fingerprint is here; {count:the file is/the files are} elsewhere.
    documents-not-read | No se revisaron los documentos citados. | The cited documents were not checked.
    entries-unread | De {count} {count:registro/registros} no se pudo leer el contenido, ni revisar la autoría. | The content of {count} {count:entry/entries} could not be read, nor its authorship checked.
    receipt-authorship | Quién tenía esa llave y ese cargo no se revisó: sólo el libro entero lo dice. Revise también el paquete (registro {index}). | Who had that key and that post was not checked: only the whole ledger tells. Check the bundle too (entry {index}).
    receipt-consistency | No se comparó con su punto de control guardado ({size} registros): hace falta el libro. | It was not compared with your saved checkpoint ({size} entries): that needs the log.
    law | No se revisó si las reglas permitían cada acto, ni los datos que publica el sitio del libro: eso lo revisa la orden «constancia verify --replay». | Whether the rules allowed each act was not checked, nor the data that the ledger's site serves: the command “constancia verify --replay” checks that.
    time | No se revisaron las horas: son las que dice el servidor. | Times were not checked: they are those that the server gives.
    time-receipt | Las horas son las que dice el servidor: una constancia no trae sellos de tiempo de nadie más. | Times are those that the server gives: a receipt carries no time-stamps by anybody else.
    time-none | Las horas son las que dice el servidor; nadie ajeno las selló. | Times are those that the server gives; nobody else stamped them.
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
    tail | Desde el registro {start}, nadie que haya firmado después confirma todavía el orden; por ahora lo respaldan el servidor y, si los hay, los testigos. | From entry {start} on, nobody who signed later confirms the order yet; for now the server and its witnesses, if there are any, vouch for it.
    suspect | La firma del registro {index} es dudosa: su llave se declaró comprometida y su parte no la ha confirmado. | The signature of entry {index} is suspect: its key was declared compromised and its party has not affirmed it.
    disowned | La parte del registro {index} no reconoce su firma. | The party of entry {index} disowned its signature.
    published-lags | Lo publicado llega a {size} de {total} registros. | What is published reaches {size} of {total} entries.
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

# Members of acts, and how two versions of one differ.
MEMBERS: Final[Words] = table_of("""
    window | plazo | deadline
    due | plazo | deadline
    to_day | plazo | deadline
    closes | día de cierre | closing day
    title | título | title
    text | texto | text
    question | pregunta | question
    choice | sentido del voto | vote
    name | nombre | name
    post | cargo | post
    narrative | relato | account
    grounds | motivos | grounds
    reasons | razones | reasons
    description | descripción | description
    objective | objetivo | objective
    problem | problema | problem
    level | nivel | level
    outcome | resultado | outcome
    version | versión | version
    valid_from | vigente desde | valid from
    valid_until | vigente hasta | valid until
    effective | fecha de efecto | effective date
    period | periodo | period
    party | parte | party
    person | persona | person
    capacity | calidad en que actúa | capacity
    responsible | responsable | responsible
    required | quiénes deben firmar | who must sign
    parties | partes | parties
    members | integrantes | members
    sha256 | huella del documento | document's fingerprint
    size | tamaño del documento | document's size
    occurred_on | cuándo ocurrió | when it happened
    signed_at | hora de la firma | time of signing
    recorded_at | hora de registro | time of recording
    previous | enlace con el registro anterior | link to the entry before
    sig | firma | signature
    key | llave | key
    id | identificador | identifier
    type | tipo de acto | kind of act
""")
CHANGES: Final[Words] = table_of("""
    of | {member} de {owner} | {member} of {owner}
    changed | {what}: decía {old}; ahora dice {new} | {what}: it said {old}; now it says {new}
    added | {what}: no estaba; ahora dice {new} | {what}: it was not there; now it says {new}
    removed | {what}: decía {old}; ahora ya no está | {what}: it said {old}; now it is gone
    another | es otro acto: no el que se firmó en ese lugar | it is another act, not the one that was signed in this place
    moved | es otro registro, el {now}: estaba en ese lugar el {old} | it is another entry, {now}: entry {old} was in this place
    more | y {count} cambios más | and {count} more changes
    nothing | nada | nothing
""")
# Dates: what is before a day and before another date, at the start, at the end, open after, open before; and what the
# words before a day become (`words=instead`) where the date is a month or a year, or an interval with words of its own.
DATES: Final[Words] = table_of(r"""
    months | enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre | January February March April May June July August September October November December
    spans | del,de,al,a,desde el,desde,a más tardar el,a más tardar en | from,from,to,to,from,from,by,by
    period | ([Dd]esde|[Hh]asta) el=\1,del=de,al=a,el=en,El=En | on=in,On=In
    interval | (?:(?:desde|hasta|con efecto|a más tardar) el|desde|hasta|el|del|al)= | (?:with effect on|on|from|since|until|by)=
""")
