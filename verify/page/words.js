// Words, a line each: code|Spanish|English, which may be the code itself. A line `@code` is that row of verify/report/words.py.
// In the page that is built, phrases that come often stand once in PHRASES, and as a sign each in the tables and in the phrases after them.
const SIGNS = "", PHRASES = [];
const words = table => new Map(PHRASES.reduceRight((text, phrase, i) => text.replaceAll(SIGNS[i], () => phrase), table).trim().split("\n").map(line => line.split("|")).map(([code, es, en]) => [code, {es, en}]));

const FAULTS = words(`
@entry-form
@index
@previous
@recorded-at
@leaf-hash
@genesis
@log-key
@origin
@checkpoint
@size
@root
@rollback
@fork
@tile
@bundle
@document
@document-size
@inclusion
@signature
@signature-count
@key-unknown
@key-state
@key-period
@actor
@appointment
@scope
@root-act
@authority
@seat
@directory
@ledger
@seen-ahead
@seen
@statement-id
@signed-at
`);

const REMARKS = words(`
@SEEN
@no-trust
@no-genesis-pin
@no-log-key
@no-quorum
@other-log-key
@log-key-replaced
@witnessed-to
@witnessed
@witness-ahead
@demo-clock
@no-witnesses
@unsupported
@newer-act
@no-time-zone
@browser-zone
@documents-missing
@documents-withdrawn
@evidence-elsewhere
@entries-unread
@receipt-authorship
@receipt-consistency
@law
@time
@tail
@suspect
@disowned
@beyond-checkpoint
@other-files
@entry-alone
`);

const KINDS = words(`
@KINDS
`);

const LAY = words(`
@LAY
`);

const MEMBERS = words(`
@MEMBERS
`);

const CHANGES = words(`
@CHANGES
`);

const ACTS = words(`
@ACTS
`);

const PAGE = words(`
title|Verificador de constancias|Receipt verifier
person|la persona {id}|person {id}
months|enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre|January February March April May June July August September October November December
spans|del,de,al,a,desde el,desde,a más tardar el,a más tardar en|from,from,to,to,from,from,by,by
other-copy|Para ver qué palabras cambiaron hace falta otra copia: suelte aquí primero esa otra, y después ésta.|To see which words changed, another copy is needed: drop that other one here first, and then this one.
names-from|Los nombres son los del paquete que se revisó antes en esta página.|Names are those of the bundle that this page checked before.
names-none|Para ver los nombres en lugar de las claves, suelte también el paquete (.zip) del libro.|To see names instead of identifiers, drop the ledger's bundle (.zip) too.
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
foreign|ESTO NO ES UNA CONSTANCIA|THIS IS NOT A RECEIPT
cannot|No se puede leer como constancia, paquete ni registro: {code} {detail}|It cannot be read as a receipt, a bundle or an entry: {code} {detail}
cannot-trust|No se puede leer el ancla de confianza: {detail}|The trust anchor cannot be read: {detail}
cannot-kept-key|El punto de control guardado lo firmó otra llave: use el ancla de hoy, o quítelo.|Another key signed the saved checkpoint: use today's anchor, or drop it.
cannot-browser|Este navegador no basta; use uno más reciente, o el verificador de Python. {detail}|This browser is not enough; use a newer one, or the Python verifier. {detail}
cannot-anchor|Esta copia del verificador está dañada o alguien la cambió, y no revisa nada [{detail}]. Pídala otra vez a quien la publica.|This copy of the verifier is damaged or somebody changed it, and it checks nothing [{detail}]. Ask its publisher for it again.
anchor|Esta copia dice ser la que publica {publisher} ({place}); lo que usted suelte se compara con las llaves que trae. Obténgala del sitio de {publisher}, o compare esta huella con la que da por otra vía, como en papel:|This copy says that it is the one that {publisher} publishes ({place}); what you drop is compared with the keys in it. Get it from the site of {publisher}, or compare this fingerprint with the one that they give in another way, such as on paper:
fingerprint|Huella del ancla de confianza|Fingerprint of the trust anchor
anchor-other|Usted cambió el ancla de confianza: ya no se compara con las llaves que publica {publisher}. Para volver a ellas, abra esta página otra vez.|You changed the trust anchor: the keys that {publisher} publishes are not used any more. To go back to them, open this page again.
anchor-elsewhere|Cuidado: esta copia dice publicarse en {address}, y usted la abrió en {here}.|Careful: this copy says that it is published at {address}, and you opened it at {here}.
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
