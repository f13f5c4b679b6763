"""What a file seems to be that is no receipt, ledger or entry: words for people, and by which bytes it is known.

Both verifiers have these tables: Python as they are, the page as `tools/build_verifier_page.py` packs them. Python alone
has the words for what can't be had at all.
"""

# ruff: noqa: E501 - a table reads by rows
from collections.abc import Mapping
from typing import Final

from constancia.verify.report.words import Words, table_of

# Why there is no verdict, by the codes of `Unreadable`, and what to do: what a command was given can't be had or read.
NOT_HAD: Final[Words] = table_of("""
    source | No hay ahí un libro ni una constancia que se pueda leer. Revise el nombre y la carpeta; si es una dirección, empiece con https://. | There is no ledger or receipt there that can be read. Check the name and the folder; if it is an address, begin with https://.
    denied | El sistema no deja leerlo. Revise el nombre, los permisos del archivo y de su carpeta, y el disco. | The system does not let it be read. Check the name, the permissions of the file and of its folder, and the disk.
    unreachable | Nadie responde en esa dirección. Revise que esté bien escrita y que el sitio esté en marcha, o pida el libro a otra de las partes. | Nobody answers at that address. Check that it is written correctly and that the site is running, or ask another of the parties for the ledger.
    checkpoint | Ahí no hay un libro: falta su archivo «checkpoint». Si es una dirección que copió de una página del libro, quítele /es/ o /en/ y lo que sigue. | There is no ledger there: its file “checkpoint” is missing. If it is an address that you copied from a page of the ledger, take away /es/ or /en/ and what follows.
    refused | Alguien responde en esa dirección, pero no entrega el archivo. Revise la dirección e inténtelo más tarde; si sigue igual, avise a quien opera el sitio o pida el libro a otra de las partes. | Somebody answers at that address, but does not hand the file out. Check the address and try later; if it goes on, inform who runs the site, or ask another of the parties for the ledger.
    cut | Lo que se recibió del sitio está incompleto. Inténtelo más tarde; si sigue igual, avise a quien opera el sitio o pida el libro a otra de las partes. | What came from the site is incomplete. Try later; if it goes on, inform who runs the site, or ask another of the parties for the ledger.
    too-large | Es más grande de lo que puede ser un archivo así de un libro, y no se leyó. Revise la dirección o el nombre, o pida el libro a otra de las partes. | It is larger than such a file of a ledger can be, and was not read. Check the address or the name, or ask another of the parties for the ledger.
    store | No se puede leer el archivo de registros (SQLite): está dañado, falta algo de su carpeta o no hay permiso para leerla. Copie otra vez la carpeta entera, o use un respaldo. | The file of entries (SQLite) can't be read: it is damaged, something of its folder is missing, or there is no permission to read it. Copy the whole folder again, or use a backup.
    trust | No se puede usar esa ancla de confianza. Indique la carpeta que tiene el archivo «policy», o la página que publica una de las partes. | That trust anchor can't be used. Name the folder that has the file “policy”, or the page that one of the parties publishes.
    since | Ahí no hay un punto de control que usted haya verificado. Revise el nombre del archivo, o verifique todo, sin --since. | There is no checkpoint there that you verified. Check the file's name, or verify everything, without --since.
    statement | No se puede buscar esa declaración en este libro. Revise el nombre del archivo, y que la declaración sea de este libro. | That statement can't be looked for in this log. Check the file's name, and that the statement is for this log.
""")

# What it seems to be, and what to do.
KINDS: Final[Words] = table_of("""
    empty | El archivo está vacío. Descárguelo otra vez. | The file is empty. Download it again.
    photo | Parece una foto o una imagen. Una constancia no se puede revisar en una foto: busque el archivo que termina en .tlog-proof, o el enlace del código QR. | It seems to be a photo or a picture. A receipt can't be checked in a photo: look for the file that ends in .tlog-proof, or follow the link of the QR code.
    media | Parece un video o una grabación de sonido. Elija el archivo que termina en .tlog-proof o .zip. | It seems to be a video or a sound recording. Choose the file that ends in .tlog-proof or .zip.
    pdf | Parece un documento PDF. Si cita una constancia, pida el archivo .tlog-proof a quien se lo dio. | It seems to be a PDF document. If it cites a receipt, ask who gave it to you for the .tlog-proof file.
    office | Parece un documento de oficina (Word, Excel, LibreOffice…). Si la constancia está pegada dentro, pídala como archivo adjunto. | It seems to be an office document (Word, Excel, LibreOffice…). If the receipt is pasted in it, ask for it as an attached file.
    mail | Parece un correo, y no trae dentro ninguna constancia completa. Guarde el archivo adjunto y elija ése. | It seems to be a mail, without a whole receipt in it. Save the attached file and choose that one.
    page | Parece una página web, y no trae dentro ninguna constancia completa. Use el enlace «guardar la constancia» de la página, en vez de guardar la página. | It seems to be a web page, without a whole receipt in it. Use the page's link to save the receipt, instead of saving the page.
    archive | Parece un archivo comprimido que aquí no se abre (gz, 7z, rar, tar…). Ábralo con su programa y elija lo que hay dentro. | It seems to be a packed file that is not opened here (gz, 7z, rar, tar…). Open it with its own program and choose what is inside.
    zip-receipt | Es un zip que trae constancias sueltas. Ábralo y elija una: el archivo que termina en .tlog-proof. | It is a zip that holds single receipts. Open it and choose one: the file that ends in .tlog-proof.
    zip-nested | Es un zip que trae otro zip dentro. Ábralo y elija el de dentro. | It is a zip with another zip in it. Open it and choose the one inside.
    zip-other | Es un zip con otras cosas: no trae ningún libro. Elija el paquete que se descarga de la página de datos del libro. | It is a zip with other things: it holds no ledger. Choose the bundle that the ledger's data page gives.
    program | Parece un programa. No lo abra si no sabe de quién viene. | It seems to be a program. Don't open it if you don't know who sent it.
    database | Parece una base de datos, pero no la de un libro. Elija un paquete (.zip) o una constancia (.tlog-proof). | It seems to be a database, but not that of a ledger. Choose a bundle (.zip) or a receipt (.tlog-proof).
    store-file | Parece la base de datos de un libro. Esta página no la lee: use la orden «constancia verify» en la carpeta del libro. | It seems to be the database of a ledger. This page does not read it: use the command “constancia verify” on the ledger's folder.
    contradiction-file | Parece una prueba de que un libro se contradijo. Esta página no la lee: use la orden «constancia verify». | It seems to be a proof that a ledger contradicted itself. This page does not read it: use the command “constancia verify”.
    signed-statement | Es una declaración firmada que aún no es registro: el libro no la ha recibido, o aquí no se ve. Entréguela al libro; él le da la constancia. | It is a signed statement that is no entry yet: the ledger has not received it, or nothing here shows it. Hand it in to the ledger; it gives you the receipt.
    unsigned-statement | Es un borrador o una declaración sin firmar. No prueba nada todavía: fírmela y entréguela al libro. | It is a draft or an unsigned statement. It proves nothing yet: sign it and hand it in to the ledger.
    api-document | Parecen datos que da el sitio del libro, no una constancia. En la página de ese registro, elija «guardar la constancia». | It seems to be data that the ledger's site gives, not a receipt. On that entry's page, choose to save the receipt.
    report | Es el informe de una revisión anterior. Elija el archivo que se revisó. | It is the report of an earlier check. Choose the file that was checked.
    json | Parece un archivo de datos (JSON) de otro programa. Elija el archivo que termina en .tlog-proof o .zip. | It seems to be another program's data file (JSON). Choose the file that ends in .tlog-proof or .zip.
    checkpoint-file | Es un resumen firmado de un libro (punto de control), que aquí sirve para comparar: póngalo en lo que obtuvo de otra fuente, con el nombre «checkpoint». | It is a signed summary of a ledger (a checkpoint), which serves to compare: put it with what you obtained elsewhere, under the name “checkpoint”.
    policy-file | Es la lista de llaves en que usted confía (policy): va con lo que obtuvo de otra fuente, no en lugar de la constancia. | It is the list of keys that you trust (policy): it goes with what you obtained elsewhere, not in the receipt's place.
    genesis-file | Es la huella del primer registro (genesis): va con lo que obtuvo de otra fuente, no en lugar de la constancia. | It is the fingerprint of the first entry (genesis): it goes with what you obtained elsewhere, not in the receipt's place.
    key-file | Es una llave pública: va con lo que obtuvo de otra fuente, no en lugar de la constancia. | It is a public key: it goes with what you obtained elsewhere, not in the receipt's place.
    private-key | Es una llave PRIVADA: con ella se firma en nombre de alguien. No la suba ni la envíe a nadie. | It is a PRIVATE key: with it one signs in somebody's name. Don't upload it or send it to anybody.
    certificate | Parece un certificado o una llave (como los de la e.firma). No prueba que algo esté en un libro. | It seems to be a certificate or a key. It does not prove that anything is in a ledger.
    text | Parece un texto, y no trae dentro ninguna constancia completa. Elija el archivo que termina en .tlog-proof. | It seems to be a text, without a whole receipt in it. Choose the file that ends in .tlog-proof.
    unknown | No se reconoce qué es. Elija el archivo que termina en .tlog-proof (constancia) o .zip (paquete). | What it is, is not known. Choose the file that ends in .tlog-proof (receipt) or .zip (bundle).
""")

# Bytes at an offset (hexadecimal), the first that fits.
MAGIC: Final = """
    photo 0 ffd8ff
    photo 0 89504e470d0a1a0a
    photo 0 47494638
    photo 0 424d
    photo 0 49492a00
    photo 0 4d4d002a
    photo 8 57454250
    photo 8 68656963
    photo 8 68656978
    photo 8 6d696631
    photo 8 61766966
    media 4 66747970
    media 0 52494646
    media 0 494433
    media 0 fffb
    media 0 4f676753
    media 0 1a45dfa3
    media 0 664c6143
    pdf 0 255044462d
    office 0 d0cf11e0a1b11ae1
    office 0 7b5c727466
    archive 0 1f8b
    archive 0 377abcaf271c
    archive 0 526172211a07
    archive 0 fd377a585a00
    archive 0 425a68
    archive 0 28b52ffd
    archive 257 7573746172
    database 0 53514c69746520666f726d6174203300
    program 0 7f454c46
    program 0 4d5a
    program 0 cafebabe
    program 0 cffaedfe
    program 0 2321
    certificate 0 3082
"""

# What a JSON object is that has all of these members, the first that fits.
OBJECTS: Final = """
    report verdict exit_code
    unsigned-statement actor body ledger seen signed_at stream type
    signed-statement signatures statement
    api-document tree_size root
    api-document size root at
    api-document size root
"""

# What a zip is that holds one of these names, the first that fits; `ours` is refused for another reason.
PACKED: Final = """
    ours checkpoint
    ours tile/
    office [Content_Types].xml
    office mimetype
    program META-INF/MANIFEST.MF
    program AndroidManifest.xml
    zip-receipt .tlog-proof
    zip-nested .zip
"""


def rules_of(table: str) -> list[list[str]]:
    """Read the lines of one of these tables, each into its words."""
    return [line.split() for line in table.strip().splitlines()]


def magic() -> list[tuple[str, int, bytes]]:
    """Give kind, offset and bytes of each rule of `MAGIC`."""
    return [(kind, int(at), bytes.fromhex(text)) for kind, at, text in rules_of(MAGIC)]


def object_kind(members: Mapping[str, object]) -> str:
    """Give the kind of a JSON object by its members."""
    return next((kind for kind, *names in rules_of(OBJECTS) if all(name in members for name in names)), "json")


def zip_kind(data: bytes) -> str:
    """Give the kind of a zip by the bytes that hold its names; `ours` if it seems to be a bundle."""
    return next((kind for kind, name in rules_of(PACKED) if name.encode() in data), "zip-other")
