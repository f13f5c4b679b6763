// Words, a line each: code|Spanish|English, which may be the code itself. Faults and remarks are those of verify/report/words.py.
// In the page that is built, phrases that come often stand once in PHRASES, and as a sign each in the tables.
const SIGNS = "", PHRASES = [];
const words = table => new Map(table.replace(/[!-~]/g, sign => PHRASES[SIGNS.indexOf(sign)] ?? sign).trim().split("\n").map(line => line.split("|")).map(([code, es, en]) => [code, {es, en}]));

const FAULTS = words(`
entry-form|el registro no tiene la forma canónica|the entry is not in the canonical form
index|el índice no corresponde a su lugar|the index does not match the position
previous|no enlaza con el registro anterior|it does not link to the previous entry
recorded-at|la hora de registro retrocede|the recording time goes backwards
leaf-hash|el registro no corresponde a su huella guardada|the entry does not match its stored leaf hash
genesis|el registro 0 no es el esperado|entry 0 is not the expected one
log-key|la llave del libro no es la fijada|the log key is not the pinned one
origin|el origen no es el de este libro|the origin is not that of this log
checkpoint|el punto de control no es válido|the checkpoint is not valid
size|el tamaño no corresponde al número de registros|the size does not match the number of entries
root|los registros no dan la raíz firmada|the entries do not produce the signed root
rollback|el libro es más corto que un punto de control ya verificado|the log is shorter than a checkpoint verified before
fork|el libro contradice un punto de control ya verificado|the log contradicts a checkpoint verified before
tile|la tesela no corresponde al árbol|the tile does not match the tree
bundle|el paquete de registros no corresponde al libro|the entry bundle does not match the log
document|el documento no corresponde a su nombre|the document does not match its name
document-size|el documento no tiene el tamaño citado|the document does not have the cited size
inclusion|la prueba no lleva a la raíz firmada|the inclusion proof does not lead to the signed root
signature|la firma no es válida|the signature is not valid
signature-count|faltan firmas obligatorias|required signatures are missing
key-unknown|la llave no estaba registrada|the key was not registered
key-state|la llave no está activa en este índice|the key is not active at this index
key-period|la llave no vale en este día|the key is not valid on this day
actor|quien actúa no es titular de la llave|the actor is not the holder of the key
appointment|el nombramiento no está vigente en este índice|the appointment is not in force at this index
scope|el nombramiento no alcanza este acto|the appointment does not cover this act
root-act|acto y llave raíz no se corresponden|the act and the root key do not match
authority|el acto corresponde a otra parte|the act belongs to another party
seat|la parte no tiene asiento en el órgano|the party holds no seat in the body
directory|el directorio no admite este acto|the directory does not admit this act
ledger|la declaración es para otro libro|the statement is for another log
seen-ahead|dice haber visto registros posteriores|it claims to have seen later entries
seen|la raíz que vio el firmante no es la de este libro|the root that the signer saw is not this log's
statement-id|el identificador ya se usó|the id was already used
signed-at|se firmó después de registrarse|it was signed after it was recorded
`);

const REMARKS = words(`
@SEEN
no-trust|No se dio carpeta de confianza: compare por otro medio la huella del registro 0 y la llave del libro.|No trust folder was given: compare the fingerprint of entry 0 and the log key with another source.
no-genesis-pin|La carpeta de confianza no fija la huella del registro 0.|The trust folder does not pin the fingerprint of entry 0.
no-log-key|No se conoce la llave del libro: no se pudo revisar ningún punto de control.|The log key is not known: no checkpoint could be checked.
no-quorum|Los testigos que pide la política no han firmado el punto de control (firmaron: {names}).|The witnesses that the policy requires have not signed the checkpoint (signed: {names}).
witnessed-to|El último punto de control con los testigos que pide la política cubre {size} de {total} registros.|The latest checkpoint with the witnesses that the policy requires covers {size} of {total} entries.
witnessed|Los testigos que pide la política cofirmaron los primeros {size} registros: {names}.|The witnesses that the policy requires have cosigned the first {size} entries: {names}.
witness-ahead|{count} puntos de control se cofirmaron antes de la hora que dice su último registro; el primero, el {time}, pero el registro {index} dice ser del {recorded_at}. El reloj del libro o el del testigo anda mal.|{count} checkpoints were cosigned before the time that their last entry claims; the first at {time}, but entry {index} claims {recorded_at}. The clock of the log or of the witness is wrong.
no-witnesses|La política no pide testigos: del orden responden sólo la llave del libro, los firmantes posteriores y quienes guardaron un punto de control.|The policy requires no witnesses: only the log key, later signers and holders of a saved checkpoint vouch for the order.
unsupported|Este equipo no puede revisar las firmas poscuánticas de: {names}.|This machine cannot check the post-quantum signatures of: {names}.
newer-act|Hay {count} registros que este verificador no juzga, porque son más nuevas que él; la primera es la {index}, de tipo {type}. Use una versión más reciente.|{count} entries are not judged, because they are newer than this verifier; the first is entry {index}, of type {type}. Use a more recent version.
no-time-zone|Este equipo no conoce la zona horaria {zone}: no se revisaron los días de vigencia.|This machine does not know the time zone {zone}: days of validity were not checked.
documents-missing|Faltan {count} documentos citados; el primero, {first}, lo cita el registro {index}.|{count} cited documents are missing; the first, {first}, is cited by entry {index}.
evidence-elsewhere|De {count} evidencias sólo está la huella, no el documento.|Of {count} pieces of evidence only the digest is here, not the document.
entries-unread|No se pudo leer el contenido de {count} registros; su autoría no se revisó.|The content of {count} entries could not be read; their authorship was not checked.
receipt-authorship|La autoría no se revisó: sólo el libro entero dice qué llaves y nombramientos regían en el registro {index}.|Authorship was not checked: only the whole log tells which keys and appointments were in force at entry {index}.
receipt-consistency|No se comparó con su punto de control guardado ({size} registros): hace falta el libro.|It was not compared with your saved checkpoint ({size} entries): that needs the log.
law|No se revisó si las reglas permitían cada acto (L3) ni el estado que se muestra (L4): eso pide las reglas del dominio.|Whether the rules allowed each act (L3) and the state shown (L4) were not checked: that needs the rules of the domain.
time|No se revisaron sellos de tiempo (L5).|Time-stamps were not checked (L5).
tail|Desde el registro {start} ningún firmante posterior confirma el orden; lo respaldan la llave del libro y los testigos.|From entry {start} on, no later signer confirms the order; the log key and the witnesses vouch for it.
suspect|La firma del registro {index} es dudosa: su llave se declaró comprometida y su parte no la ha confirmado.|The signature of entry {index} is suspect: its key was declared compromised and its party has not affirmed it.
disowned|La parte del registro {index} no reconoce su firma.|The party of entry {index} disowned its signature.
beyond-checkpoint|{count} teselas exceden el punto de control: nada firmado las cubre.|{count} tiles go beyond the checkpoint: nothing signed covers them.
other-files|{count} archivos no son parte del libro; el primero: {first}.|{count} files are not part of the log; the first: {first}.
entry-alone|Un registro solo no muestra que esté en el libro: eso pide su constancia.|A single entry does not show that it is in the log: that needs its receipt.
`);

const PAGE = words(`
title|Verificador de constancias|Receipt verifier
intro|Todo se revisa en este equipo: no se envía nada, y funciona sin internet.|Everything is checked on this device: nothing is sent, and it works offline.
drop|Elija o suelte aquí una constancia (.tlog-proof), un paquete (.zip) o un registro (.json)|Choose or drop a receipt (.tlog-proof), a bundle (.zip) or an entry (.json) here
trust|Lo que obtuvo de otra fuente (carpeta de confianza)|What you obtained elsewhere (trust folder)
hint|Sin esto el veredicto nunca pasa de NO CONCLUYENTE. No lo obtenga de quien opera el libro.|Without this the verdict is never better than INCONCLUSIVE. Do not obtain it from the operator of the log.
trustfiles|Archivos policy, genesis y checkpoint|Files policy, genesis and checkpoint
policy|Política (policy) o llave del libro|Policy, or the log key
genesis|Huella del registro 0 (genesis)|Fingerprint of entry 0 (genesis)
kept|Punto de control que usted guardó (checkpoint)|Checkpoint that you saved
again|Verificar de nuevo|Verify again
busy|Revisando…|Checking…
save|Guardar el informe (JSON)|Save the report (JSON)
intact|ÍNTEGRO|INTACT
altered|ALTERADO|ALTERED
inconclusive|NO CONCLUYENTE|INCONCLUSIVE
unreadable|ILEGIBLE|UNREADABLE
zip|Los {size} registros son los que se firmaron, en su orden y sin cambio.|The {size} entries are the signed ones, in their order and unchanged.
receipt|El libro tiene este registro en el lugar {index}, sin cambio.|The log has this entry at index {index}, unchanged.
some|Alteraciones halladas: {faults_total}. La primera, {place}: {what}.|Faults found: {faults_total}. The first, {place}: {what}.
none|No se halló ninguna alteración, pero falta algo para concluir.|No fault was found, but something is missing for a conclusion.
cannot|No se puede leer como constancia, paquete ni registro: {code} {detail}|It cannot be read as a receipt, a bundle or an entry: {code} {detail}
cannot-trust|No se puede leer la carpeta de confianza: {detail}|The trust folder cannot be read: {detail}
cannot-browser|Este navegador no basta; use uno más reciente, o el verificador de Python. {detail}|This browser is not enough; use a newer one, or the Python verifier. {detail}
log|libro
one|registro {index}|entry {index}
range|registros {index} a {last_index}|entries {index} to {last_index}
somewhere|en algún lugar de los registros {index} a {last_index}|somewhere in entries {index} to {last_index}
open|Lo que falta para concluir|What is missing for a conclusion
not_checked|Lo que no se revisó|What was not checked
notes|Notas|Notes
checked|Lo que se revisó|What was checked
compare|Huellas para comparar por otro medio|Fingerprints to compare elsewhere
entry|El registro|The entry
index|índice|index
leaf_hash|huella|leaf hash
type|acto|act
actor|quién firma|who signs
occurred_on|ocurrió|occurred
signed_at|firmado|signed
recorded_at|registrado|recorded
stream|asunto|subject
origin|Libro|Log
size|Registros|Entries
root|Raíz|Root
log_key|Llave del libro|Log key
L1|L1 libro|L1 log
L2|L2 autoría|L2 authorship
links|eslabones
checkpoints|puntos de control
cosignatures|firmas de testigos
tiles|teselas
bundles|paquetes de registros|entry bundles
documents|documentos
inclusion_proofs|pruebas de inclusión|inclusion proofs
signatures|firmas
keys|llaves
appointments|nombramientos
seen_roots|raíces vistas|seen roots
entries|registros
expected|se esperaba
found|se halló
first_fault|Primera alteración|First fault
faults|Alteraciones|Faults
`);
