// Words, a line each: code|Spanish|English, which may be the code itself. Faults and remarks are those of verify/report/words.py.
// In the page that is built, phrases that come often stand once in PHRASES, and as a sign each in the tables.
const SIGNS = "", PHRASES = [];
const words = table => new Map(table.replace(/[!-~]/g, sign => PHRASES[SIGNS.indexOf(sign)] ?? sign).trim().split("\n").map(line => line.split("|")).map(([code, es, en]) => [code, {es, en}]));

const FAULTS = words(`
entry-form|la entrada no tiene la forma canónica|the entry is not in the canonical form
index|el índice no es el del lugar|the index is not that of the place
previous|no enlaza con la entrada anterior|it does not link to the entry before
recorded-at|la hora de registro retrocede|the recording time goes back
leaf-hash|la entrada y su huella guardada no concuerdan|the entry and its stored leaf hash disagree
genesis|la entrada 0 no es la esperada|entry 0 is not the one expected
log-key|la llave de la bitácora no es la fijada|the log key is not the one pinned
origin|el origen no es el de esta bitácora|the origin is not this log's
checkpoint|el punto de control no es válido|the checkpoint is not valid
size|el tamaño no es el de las entradas|the size is not that of the entries
root|las entradas no dan la raíz firmada|the entries do not give the signed root
rollback|la bitácora es más corta que un punto de control ya verificado|the log is shorter than a checkpoint verified before
fork|la bitácora contradice un punto de control ya verificado|the log contradicts a checkpoint verified before
tile|la tesela no es la del árbol|the tile is not the tree's
bundle|el paquete de entradas no es el de la bitácora|the entry bundle is not the log's
document|el documento no es el que su nombre dice|the document is not what its name says
document-size|el documento no tiene el tamaño citado|the document has not the size cited
inclusion|la prueba no lleva a la raíz firmada|the proof does not lead to the signed root
signature|la firma no es válida|the signature is not valid
signature-count|no están las firmas debidas|the signatures due are not there
key-unknown|nadie registró la llave antes|nobody registered the key before
key-state|la llave no está activa en este índice|the key is not active at this index
key-period|la llave no vale en este día|the key is not valid on this day
actor|quien actúa no es el titular de la llave|the actor is not the holder of the key
appointment|el nombramiento no está vigente en este índice|the appointment is not in force at this index
scope|el nombramiento no alcanza este acto|the appointment does not cover this act
root-act|el acto y la llave raíz no se corresponden|the act and the root key do not go together
authority|el acto es de otra parte|the act belongs to another party
seat|la parte no tiene asiento|the party holds no seat
directory|el directorio no admite este acto|the directory does not admit this act
ledger|la declaración es de otra bitácora|the statement is of another log
seen-ahead|dice haber visto entradas posteriores|it claims to have seen later entries
seen|la raíz que el firmante vio no es la de esta bitácora|the root that the signer saw is not this log's
statement-id|el identificador ya se usó|the id was used before
signed-at|se firmó después de registrarse|it was signed after it was recorded
`);

const REMARKS = words(`
@SEEN
no-trust|No se dio carpeta de confianza: compare por otro medio la huella de la entrada 0 y la llave de la bitácora.|No trust folder was given: compare the fingerprint of entry 0 and the log key by other means.
no-genesis-pin|La carpeta de confianza no fija la huella de la entrada 0.|The trust folder does not pin the fingerprint of entry 0.
no-log-key|No se conoce la llave de la bitácora: ningún punto de control se pudo revisar.|The log key is not known: no checkpoint could be checked.
no-quorum|Los testigos que pide la política no han firmado el punto de control (firmaron: {names}).|The witnesses that the policy asks for have not signed the checkpoint (signed: {names}).
witnessed-to|El último punto de control con los testigos que pide la política cubre {size} de {total} entradas.|The last checkpoint with the witnesses that the policy asks for covers {size} of {total} entries.
witnessed|Los testigos que pide la política cofirmaron las primeras {size} entradas: {names}.|The witnesses that the policy asks for have cosigned the first {size} entries: {names}.
witness-ahead|{count} puntos de control fueron cofirmados antes de lo que dice su última entrada; el primero, el {time}, cuando la entrada {index} dice ser del {recorded_at}. El reloj de la bitácora o el del testigo anda mal.|{count} checkpoints were cosigned earlier than their last entry claims; the first at {time}, when entry {index} claims to be of {recorded_at}. The clock of the log or of the witness is wrong.
no-witnesses|La política no pide testigos: sólo la llave de la bitácora, los firmantes posteriores y quien guarde un punto de control responden por el orden.|The policy asks for no witnesses: only the log key, later signers and whoever keeps a checkpoint vouch for the order.
unsupported|Este equipo no puede revisar las firmas poscuánticas de: {names}.|This machine cannot check the post-quantum signatures of: {names}.
newer-act|Hay {count} entradas que este verificador no juzga, porque son más nuevas que él; la primera es la {index}, de tipo {type}. Use una versión más reciente.|{count} entries are not judged, because they are newer than this verifier; the first is entry {index}, of type {type}. Use a more recent version.
no-time-zone|Este equipo no conoce la zona horaria {zone}: no se revisaron los días de vigencia.|This machine does not know the time zone {zone}: days of validity were not checked.
documents-missing|Faltan {count} documentos citados; el primero, {first}, lo cita la entrada {index}.|{count} cited documents are missing; the first, {first}, is cited by entry {index}.
evidence-elsewhere|{count} huellas de evidencia sin documento junto a la bitácora.|{count} digests of evidence without a document beside the log.
entries-unread|No se pudo leer el contenido de {count} entradas; su autoría no se revisó.|The content of {count} entries could not be read; their authorship was not checked.
receipt-authorship|La autoría no se revisó: hace falta la bitácora entera para saber qué llaves y nombramientos regían en la entrada {index}.|Authorship was not checked: the whole log is needed to know which keys and appointments were in force at entry {index}.
receipt-consistency|No se comparó con el punto de control guardado ({size} entradas): hace falta la bitácora.|It was not compared with the kept checkpoint ({size} entries): that needs the log.
law|No se revisó si cada acto era lícito (L3) ni el estado que se muestra (L4): eso pide las reglas del dominio.|Whether each act was lawful (L3) and the state shown (L4) were not checked: that needs the rules of the domain.
time|No se revisaron sellos de tiempo (L5).|No time-stamps were checked (L5).
tail|Desde la entrada {start} ningún firmante posterior ha dado fe de lo anterior; responden de ese orden la llave de la bitácora y los testigos.|From entry {start} on no later signer has vouched for what came before; the log key and the witnesses answer for that order.
suspect|La firma de la entrada {index} es dudosa: su llave se declaró comprometida y nadie la ha confirmado.|The signature of entry {index} is suspect: its key was declared compromised and nobody has affirmed it.
disowned|La firma de la entrada {index} fue desconocida por su parte.|The signature of entry {index} was disowned by its party.
beyond-checkpoint|{count} teselas exceden el punto de control; nada firmado las cubre.|{count} tiles go beyond the checkpoint; nothing signed covers them.
other-files|{count} archivos no son parte de la bitácora; el primero: {first}.|{count} files are not part of the log; the first: {first}.
entry-alone|Una entrada sola no muestra que esté en la bitácora: eso pide su constancia.|An entry by itself does not show that it is in the log: that needs its receipt.
`);

const PAGE = words(`
title|Verificador de constancias|Receipt verifier
intro|Todo se revisa en este equipo: nada se envía, y funciona sin internet.|All is checked on this device: nothing is sent, and it works offline.
drop|Elija o suelte aquí una constancia (.tlog-proof), un paquete (.zip) o una entrada (.json)|Choose or drop a receipt (.tlog-proof), a bundle (.zip) or an entry (.json) here
trust|Lo que usted trae de otra fuente (carpeta de confianza)|What you bring from elsewhere (trust folder)
hint|Sin esto el dictamen nunca pasa de NO CONCLUYENTE. No lo tome de quien es revisado.|Without this the verdict is never better than INCONCLUSIVE. Do not take it from the one who is audited.
trustfiles|Archivos policy, genesis y checkpoint|Files policy, genesis and checkpoint
policy|Política (policy) o llave de la bitácora|Policy, or the log key
genesis|Huella de la entrada 0 (genesis)|Fingerprint of entry 0 (genesis)
kept|Punto de control que usted guardó (checkpoint)|Checkpoint that you kept
again|Verificar de nuevo|Verify again
busy|Revisando…|Checking…
save|Guardar el informe (JSON)|Save the report (JSON)
intact|ÍNTEGRO|INTACT
altered|ALTERADO|ALTERED
inconclusive|NO CONCLUYENTE|INCONCLUSIVE
unreadable|ILEGIBLE|UNREADABLE
zip|Las {size} entradas son las que se firmaron, en su orden y sin cambio.|The {size} entries are those that were signed, in their order and unchanged.
receipt|La bitácora tiene esta entrada en el lugar {index}, sin cambio.|The log holds this entry at place {index}, unchanged.
some|Faltas halladas: {faults_total}. La primera, {place}: {what}.|Faults found: {faults_total}. The first, {place}: {what}.
none|No se halló ninguna falta, pero falta algo para concluir.|No fault was found, but something is missing for a conclusion.
cannot|No se puede leer como constancia, paquete ni entrada: {code} {detail}|It can't be read as a receipt, a bundle or an entry: {code} {detail}
cannot-trust|Lo que se dio como carpeta de confianza no se puede leer: {detail}|What was given as the trust folder can't be read: {detail}
cannot-browser|A este navegador le falta lo necesario; use uno más reciente, o el verificador de Python. {detail}|This browser lacks what is needed; use a newer one, or the Python verifier. {detail}
log|bitácora
one|entrada {index}|entry {index}
range|entradas {index} a {last_index}|entries {index} to {last_index}
somewhere|en algún lugar de las entradas {index} a {last_index}|somewhere in entries {index} to {last_index}
open|Lo que falta para concluir|What is missing for a conclusion
not_checked|Lo que no se revisó|What was not checked
notes|Notas|Notes
checked|Lo que se revisó|What was checked
compare|Huellas para comparar por otro medio|Fingerprints to compare by other means
entry|La entrada|The entry
index|lugar|place
leaf_hash|huella|leaf hash
type|acto|act
actor|quién firma|who signs
occurred_on|ocurrió|occurred
signed_at|firmada|signed
recorded_at|registrada|recorded
stream|asunto|subject
origin|Bitácora|Log
size|Entradas|Entries
root|Raíz|Root
log_key|Llave de la bitácora|Log key
L1|L1 bitácora|L1 log
L2|L2 autoría|L2 authorship
links|eslabones
checkpoints|puntos de control
cosignatures|firmas de testigos
tiles|teselas
bundles|paquetes de entradas|entry bundles
documents|documentos
inclusion_proofs|pruebas de inclusión|inclusion proofs
signatures|firmas
keys|llaves
appointments|nombramientos
seen_roots|raíces vistas|seen roots
entries|entradas
expected|se esperaba
found|se halló
first_fault|Primera falta|First fault
faults|Faltas|Faults
`);
