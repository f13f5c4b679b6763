"""What each adversary does and who notices: `# key | adversary | act`, then `+` (noticed) or `-` (not) a line each.

A line: `who | evidence | HTTP requests made until then`; the tests hold what they observe to it, in order.
"""

TEXT = """
# database-alters | operator, database only | alters an entry in the store
+ verifier without trust folder | altered: L1 `row`, entry 20 |
+ verifier with key and genesis pinned | altered: L1 `row`, entry 20 |
# database-deletes | operator, database only | deletes an entry
+ verifier without trust folder | altered: L1 `entry-missing`, entry 20 |
+ verifier with key and genesis pinned | altered: L1 `entry-missing`, entry 20 |
# database-reorders | operator, database only | swaps two entries
+ verifier without trust folder | altered: L1 `row`, entry 20 |
+ verifier with key and genesis pinned | altered: L1 `row`, entry 20 |
# database-inserts | operator, database only | inserts an entry
+ verifier without trust folder | altered: L1 `entry-beyond`, entry 30 |
+ verifier with key and genesis pinned | altered: L1 `entry-beyond`, entry 30 |
# rewrites-text | operator with the log key | rewrites a statement, and rebuilds chain, tree and checkpoints
+ verifier without trust folder | altered: L2 `signature`, entry 20 | 5
+ verifier, by a later signatory's `seen` | altered: L2 `signature`, entry 20 | 5
+ holder of an older checkpoint | altered: L2 `signature`, entry 20 | 5
+ monitor | finding `fork`; a proof that convinces anybody | 1
+ witness | refuses, 422, alarm `RootConflict` | 1
+ verifier whose policy asks for witnesses | altered: L2 `signature`, entry 20 | 5
# rewrites-text-own-key | operator with the log key | the same, signed with a key of its own
+ verifier without trust folder | altered: L2 `key-unknown`, entry 20 | 5
+ verifier, by a later signatory's `seen` | altered: L2 `key-unknown`, entry 20 | 5
+ holder of an older checkpoint | altered: L2 `key-unknown`, entry 20 | 5
+ monitor | finding `fork`; a proof that convinces anybody | 1
+ witness | refuses, 422, alarm `RootConflict` | 1
+ verifier whose policy asks for witnesses | altered: L2 `key-unknown`, entry 20 | 5
# rewrites-with-author | operator with the log key | the same, with the author's help
+ verifier without trust folder | altered: L2 `seen`, entry 20 | 5
+ verifier, by a later signatory's `seen` | altered: L2 `seen`, entry 20 | 5
+ holder of an older checkpoint | altered: L2 `seen`, entry 20 | 5
+ monitor | finding `fork`; a proof that convinces anybody | 1
+ witness | refuses, 422, alarm `RootConflict` | 1
+ verifier whose policy asks for witnesses | altered: L2 `seen`, entry 20 | 5
# removes | operator with the log key | removes an entry and rebuilds all later ones
+ verifier without trust folder | altered: L2 `seen-ahead`, entry 20 | 13
+ verifier, by a later signatory's `seen` | altered: L2 `seen-ahead`, entry 20 | 13
+ holder of an older checkpoint | altered: L2 `seen-ahead`, entry 20 | 13
+ monitor | finding `fork`, `rollback`; a proof that convinces anybody | 2
+ witness | refuses, 400 | 1
+ verifier whose policy asks for witnesses | altered: L2 `seen-ahead`, entry 20 | 13
# swaps | operator with the log key | swaps two entries and rebuilds all later ones
+ verifier without trust folder | altered: L2 `seen-ahead`, entry 20 | 6
+ verifier, by a later signatory's `seen` | altered: L2 `seen-ahead`, entry 20 | 6
+ holder of an older checkpoint | altered: L2 `seen-ahead`, entry 20 | 6
+ monitor | finding `fork`; a proof that convinces anybody | 1
+ witness | refuses, 422, alarm `RootConflict` | 1
+ verifier whose policy asks for witnesses | altered: L2 `seen-ahead`, entry 20 | 6
# inserts | operator with the log key | inserts an entry of the past and rebuilds all later ones
+ verifier without trust folder | altered: L1 `recorded-at`, entry 20 | 5
+ verifier, by a later signatory's `seen` | altered: L1 `recorded-at`, entry 20 | 5
+ holder of an older checkpoint | altered: L1 `recorded-at`, entry 20 | 5
+ monitor | finding `fork`; a proof that convinces anybody | 2
+ witness | refuses, 422, alarm `BadProof` | 1
+ verifier whose policy asks for witnesses | altered: L1 `recorded-at`, entry 20 | 5
# rewrites-end | operator with the log key | rewrites the last entry, which nobody has signed after, with its author's help
- verifier without trust folder | inconclusive: `no-trust` | 4
- verifier with key and genesis pinned | intact | 4
- holder of an older checkpoint | intact | 4
+ holder of the last checkpoint | altered: L1 `fork`, somewhere in entries 0 to 29 | 4
+ monitor | finding `fork`; a proof that convinces anybody | 1
+ witness | refuses, 422, alarm `RootConflict` | 1
- verifier whose policy asks for witnesses | inconclusive: `no-quorum` | 4
# removes-end | operator with the log key | removes the last entry
- verifier without trust folder | inconclusive: `no-trust` | 4
- verifier with key and genesis pinned | intact | 4
- holder of an older checkpoint | intact | 4
+ holder of the last checkpoint | altered: L1 `rollback`, entry 29 | 5
+ monitor | finding `rollback` | 2
+ witness | refuses, 400 | 1
- verifier whose policy asks for witnesses | inconclusive: `no-quorum` | 4
# reopened | operator with the log key | opens another ledger of the same name
- verifier without trust folder | inconclusive: `no-trust` | 4
+ verifier with key and genesis pinned | altered: L1 `genesis`, entry 0 | 5
+ holder of an older checkpoint | altered: L1 `genesis`, entry 0 | 5
+ monitor | finding `fork`; a proof that convinces anybody | 1
+ witness | refuses, 422, alarm `RootConflict` | 1
+ verifier whose policy asks for witnesses | altered: L1 `genesis`, entry 0 | 5
# split-view | operator with the log key | shows two histories to two readers
- reader of either side alone | intact | 4
- reader of the other side alone | intact | 4
+ two readers who compare checkpoints | altered: L1 `fork`, somewhere in entries 0 to 23 | 4
+ next statement signed on one side, recorded on the other | altered: L2 `seen`, entry 23 | 5
+ two monitors that compare | finding `split-view`; a proof that convinces anybody | 1
+ witness | refuses, 422, alarm `RootConflict` | 1
- verifier whose policy asks for witnesses | inconclusive: `no-quorum` | 4
# rollback | operator | goes back to a backup
- verifier without trust folder | inconclusive: `no-trust` | 4
- verifier with key and genesis pinned | intact | 4
+ holder of an older checkpoint | altered: L1 `rollback`, entries 22 to 24 | 5
+ holder of the receipt of entry 29 | altered: L1 `rollback`, entries 22 to 29 | 5
+ later signatory who saw more, once recorded | altered: L2 `seen-ahead`, entry 22 | 5
+ monitor | finding `rollback` | 2
+ witness | refuses, 409 with its size, 30 | 1
- verifier whose policy asks for witnesses | inconclusive: `no-quorum` | 4
- verifier whose policy asks for witnesses, shown cosignatures of then | intact | 4
# dated-before-previous | operator | dates an entry before the one before it
+ verifier without trust folder | altered: L1 `recorded-at`, entry 29 | 5
+ verifier with key and genesis pinned | altered: L1 `recorded-at`, entry 29 | 5
# dated-before-signed | operator | dates an entry before it was signed
+ verifier without trust folder | altered: L2 `signed-at`, entry 17 | 5
+ verifier with key and genesis pinned | altered: L2 `signed-at`, entry 17 | 5
# dated-under-seen | operator | dates earlier an entry that later signers have seen
+ verifier without trust folder | altered: L2 `seen`, entry 20 | 5
+ verifier, by a later signatory's `seen` | altered: L2 `seen`, entry 20 | 5
+ holder of an older checkpoint | altered: L2 `seen`, entry 20 | 5
+ monitor | finding `fork`; a proof that convinces anybody | 1
# dated-in-agreement | operator with the author | dates the last entry earlier, and its author agrees
- verifier without trust folder | inconclusive: `no-trust` | 4
- verifier with key and genesis pinned | intact | 4
# dated-after-cosignature | operator | dates an entry a week after a cosignature that covers it
+ verifier whose policy asks for witnesses | intact; note `witness-ahead` | 4
# dated-after-anchor | operator | dates an entry after a time-stamp that covers it
- verifier without an authority pinned | intact |
+ verifier with one pinned | altered: L5 `time-recorded`, entry 29 |
# dated-between-anchors | operator with the author | dates an entry before a time-stamp that it came after
- verifier without an authority pinned | intact |
+ verifier with one pinned | intact; note `time-behind`, `time-longest` |
# dated-before-anchor | operator with the author | dates an entry earlier where no time-stamp stands between
- verifier without an authority pinned | intact |
- verifier with one pinned | intact; note `time-longest` |
# key-replaced | operator with the log key | replaces a registered key
+ verifier without trust folder | altered: L2 `authority`, entry 9 | 13
+ verifier with key and genesis pinned | altered: L2 `authority`, entry 9 | 13
+ holder of an older checkpoint | altered: L2 `authority`, entry 9 | 13
+ monitor | finding `fork`; a proof that convinces anybody | 1
# key-added | operator | adds a key that no root endorsed, and signs with it
- verifier, while the key is not used | intact | 4
+ verifier without trust folder | altered: L2 `key-state`, entry 31 | 5
+ verifier with key and genesis pinned | altered: L2 `key-state`, entry 31 | 5
+ holder of an older checkpoint | altered: L2 `key-state`, entry 31 | 5
+ monitor | finding `faulty` | 4
# root-replaced | operator with the log key | replaces a party's root in the genesis
+ verifier without trust folder | altered: L2 `signature`, entry 0 | 16
+ verifier with key and genesis pinned | altered: L1 `genesis`, entry 0 | 16
+ holder of an older checkpoint | altered: L1 `genesis`, entry 0 | 16
+ monitor | finding `fork`; a proof that convinces anybody | 1
# one-witness-lies | operator and one witness | show two histories, both cosigned by that witness
- verifier whose policy asks for witnesses | inconclusive: `no-quorum` | 4
+ holder of an older checkpoint | altered: L1 `fork`, somewhere in entries 0 to 23 | 4
+ two monitors that compare | finding `split-view`; a proof that convinces anybody | 1
+ witness | refuses, 422, alarm `RootConflict` | 1
+ who holds the two cosigned checkpoints | contradict themselves: w1 |
# two-witnesses-lie | operator and two witnesses, where two are the quorum | show two histories, both witnessed
- verifier whose policy asks for witnesses | intact | 4
+ holder of an older checkpoint | altered: L1 `fork`, somewhere in entries 0 to 23 | 4
+ two monitors that compare | finding `split-view`; a proof that convinces anybody | 1
+ witness | refuses, 422, alarm `RootConflict` | 1
+ who holds the two cosigned checkpoints | contradict themselves: w1, w2 |
# seen-alone | operator with the log key | gives each entry in turn another recording time, no witness being there
+ verifier, by a later signatory's `seen` | altered: L2 `seen`, for each of the entries 1 to 28 |
- verifier, by a later signatory's `seen` | intact, for the last entry, 29: nobody has signed after it |
# witnesses-alone | operator with the log key | removes an entry, no signer having seen any history
- verifier without trust folder | inconclusive: `no-trust` | 4
- verifier with key and genesis pinned | intact | 4
+ holder of an older checkpoint | altered: L1 `fork`, somewhere in entries 0 to 24 | 4
+ monitor | finding `fork`, `rollback`; a proof that convinces anybody | 2
+ witness | refuses, 400 | 1
- verifier whose policy asks for witnesses | inconclusive: `no-quorum` | 4
# delays | operator | records a statement a week late
- verifier with key and genesis pinned | intact | 4
+ its author, who has no receipt for a week | signed 2019-03-01T18:01:52Z, `seen` size 16, recorded 2019-03-08T12:00:00.000Z |
# breaks-receipt | operator | gives a receipt, and records something else there
- verifier with key and genesis pinned | intact | 4
+ its author, with the receipt | altered: L1 `fork`, somewhere in entries 0 to 29 | 4
+ monitor with the receipt alone | finding `fork`, `withheld`; a proof that convinces anybody | 1
# two-adopt | two of three parties, and the operator | adopt a commitment without the third's signature
+ server, before it is recorded | refuses, 422 `E_POLICY` | 1
+ verifier with --replay | altered: L3 `law`, entry 33 | 31
- verifier with key and genesis pinned | intact | 5
# two-change-scope | two of three parties, and the operator | found a body of two, and reduce there what three adopted
+ server, before it is recorded | refuses, 422 `E_POLICY` | 1
+ verifier with --replay | altered: L3 `law`, entry 34 | 36
- verifier with key and genesis pinned | intact | 5
# two-make-root | two of three parties, and the operator | endorse a root of the third that the third never had
+ server, before it is recorded | refuses, 403 `E_ROLE` | 1
+ verifier with --replay | altered: L2 `authority`, entry 27 | 31
+ verifier with key and genesis pinned | altered: L2 `authority`, entry 27 | 6
# two-expel | two of three parties, and the operator | declare the third's withdrawal
+ server, before it is recorded | refuses, 403 `E_ROLE` | 1
+ verifier with --replay | altered: L2 `authority`, entry 26 | 31
+ verifier with key and genesis pinned | altered: L2 `authority`, entry 26 | 6
# two-adopt-rules | two of three parties, and the operator | show rules as adopted that the third never adopted
+ verifier with --replay | altered: L4 `shown-differs`, the log as a whole | 30
- verifier with key and genesis pinned | intact | 5
# shows-other-level | operator | shows another completion level than the entries give
+ verifier with --replay | altered: L4 `shown-differs`, the log as a whole | 30
- verifier with key and genesis pinned | intact | 5
# withholds-fact | operator | leaves out of what it shows that a deadline was missed
+ verifier with --replay | altered: L4 `shown-missing`, the log as a whole | 30
- verifier with key and genesis pinned | intact | 5
# withholds-state | operator | shows a part of the state, and nothing of the rest
- verifier with --replay | inconclusive: `shown-in-part` | 30
- verifier with key and genesis pinned | intact | 5
# shows-other-pages | operator | serves true data, and pages, feeds and spreadsheets that say something else
- verifier with --replay | intact; it says that no page was compared | 30
- verifier with key and genesis pinned | intact | 5
# thief | thief of a signatory's key | signs before the theft is known
- server, before it is recorded | records it, 201 | 1
- verifier with --replay | intact | 30
- verifier with key and genesis pinned | intact | 5
# thief-told | thief of a signatory's key | has signed, and the party's root then says since when the key was stolen
+ verifier with key and genesis pinned | intact; note `suspect` | 5
# thief-revoked | thief of a signatory's key | signs after the revocation
+ server, before it is recorded | refuses, 401 `E_KEY_REVOKED` | 1
+ verifier with --replay | altered: L2 `key-state`, entry 27 | 31
+ verifier with key and genesis pinned | altered: L2 `key-state`, entry 27 | 6
# thief-late | thief of a signatory's key | signs after the theft was declared
+ server, before it is recorded | refuses, 401 `E_KEY_REVOKED` | 1
+ verifier with --replay | altered: L2 `key-state`, entry 27 | 31
+ verifier with key and genesis pinned | altered: L2 `key-state`, entry 27 | 6
# thief-and-operator | thief and operator together | have it recorded as if it came just before the revocation
- verifier without trust folder | inconclusive: `no-trust` | 5
- verifier with key and genesis pinned | intact | 5
+ holder of a checkpoint with the revocation | altered: L1 `fork`, somewhere in entries 0 to 26 | 5
+ monitor | finding `fork`; a proof that convinces anybody | 2
+ verifier, by who signed after the revocation | altered: L2 `seen`, entry 26 | 6
# dismissed | dismissed representative | signs after the end of the mandate
+ server, before it is recorded | refuses, 403 `E_APPOINTMENT_NOT_IN_FORCE` | 1
+ verifier with --replay | altered: L2 `appointment`, entry 27 | 31
+ verifier with key and genesis pinned | altered: L2 `appointment`, entry 27 | 6
# withheld | operator | withholds a statement from the log
- verifier, told nothing | intact | 5
+ its author, and any reader of the signed statement | no receipt; `verify --statement`: signed with `seen` size 26, not there up to size 27 | 5
# bundle-bomb | maker of a bundle | a member that unpacks to very much
+ verifier | unreadable: `zip-bomb`, exit code 3 |
# bundle-traversal | maker of a bundle | a path out of the folder
+ verifier | unreadable: `zip-path`, exit code 3 |
# bundle-symlink | maker of a bundle | a link to another file
+ verifier | unreadable: `zip-link`, exit code 3 |
# bundle-twice | maker of a bundle | two members of one name
+ verifier | unreadable: `zip-duplicate`, exit code 3 |
# one-cuts | one of three parties, and the operator | cuts alone what three adopted, while the two others abstain
+ server, before it is recorded | refuses, 422 `E_POLICY` | 1
+ verifier with --replay | altered: L3 `law`, entry 39 | 31
- verifier with key and genesis pinned | intact | 5
# self-accepts | one of three parties, and the operator | accepts the document that it submitted itself
+ server, before it is recorded | refuses, 403 `E_SELF_DEALING` | 1
+ verifier with --replay | altered: L3 `law`, entry 27 | 31
- verifier with key and genesis pinned | intact | 5
# self-votes | two of three parties, and the operator | have one person represent both
+ server, before it is recorded | refuses, 403 `E_SELF_DEALING` | 1
+ verifier with --replay | altered: L3 `law`, entry 29 | 31
- verifier with key and genesis pinned | intact | 5
# self-judges | one of three parties, and the operator | has a contest of its own document overruled by itself and one ally
+ server, before it is recorded | refuses, 422 `E_POLICY` | 1
+ verifier with --replay | altered: L3 `law`, entry 28 | 31
- verifier with key and genesis pinned | intact | 5
# backdates | one of three parties | dates a document before the deadline that it missed
+ server, before it is recorded: as of now | refuses, 422 `E_DATE` | 1
- server, before it is recorded: as of the past | records it, 201 | 1
+ reader of the ledger's pages | the deadline is missed, since 2019-05-25; claimed: 2019-05-20 | 1
# floods | one of three parties | hands in allegations without end
+ server, before it is recorded | refuses, 429 `E_QUOTA`, at 40 entries of a day | 1
- server, before it is recorded: another party | records it, 201 | 1
- verifier with key and genesis pinned | intact | 1
# looks-alike | one of three parties | registers a party under a name that looks like another's
- server, before it is recorded | records it, 201 | 1
+ reader of the ledger's pages, es | next to the name: «letras de otro alfabeto» | 1
+ reader of the ledger's pages, en | next to the name: «letters of another alphabet» | 1
# denies | signatory who denies | says that it never signed
- holder of the receipt | intact | 0
+ anybody with `openssl` | Signature Verified Successfully | 0
# stolen-root | thief of a party's root key | appoints a representative, who signs
- server, before it is recorded: who the thief appointed | records it, 201 | 1
+ server, before it is recorded: the root, once it is said to be stolen | refuses, 401 `E_KEY_REVOKED` | 1
+ server, before it is recorded: the new root, endorsed by one founder of two | refuses, 401 `E_KEY_NOT_ACTIVE` | 1
- server, before it is recorded: the new root, endorsed by both | records it, 201 | 1
+ server, before it is recorded: who the thief appointed, after that | refuses, 403 `E_APPOINTMENT_NOT_IN_FORCE` | 1
+ verifier with key and genesis pinned | intact; note `suspect` | 1
# withholds-record | secretariat | votes in a party's name, and records nothing of what was done
+ server, before it is recorded: it votes | refuses, 403 `E_ROLE` | 1
- server, before it is recorded: a party hands in what it did not | records it, 201 | 1
+ reader of the ledger's pages | missed deadlines, with nobody's word: ['milestone m1'] | 1
# submitter | submitter | hands in what two readers could read differently, or what was signed for something else
+ server: a member twice | refuses, 400 `E_MALFORMED` | 1
+ server: white space | refuses, 400 `E_MALFORMED` | 1
+ server: a fraction | refuses, 400 `E_MALFORMED` | 1
+ server: NFD text | refuses, 400 `E_MALFORMED` | 1
+ server: bidirectional marks | refuses, 400 `E_MALFORMED` | 1
+ server: 70,000 bytes | refuses, 413 `E_TOO_LARGE` | 1
+ server: nested 1,000 deep | refuses, 400 `E_MALFORMED` | 1
+ server: another ledger's | refuses, 422 `E_LEDGER_MISMATCH` | 1
+ server: signed for another protocol | refuses, 401 `E_SIGNATURE_INVALID` | 1
+ server: a later `seen` than there is | refuses, 409 `E_SEEN_AHEAD` | 1
+ server: a `seen` of another history | refuses, 409 `E_SEEN_CONTRADICTS` | 1
- server: the same bytes again | gives the first receipt, 200 | 2
- server: a letter that looks like another | records it, 201 | 1
# network | network | alters what is read, and what is handed in
+ verifier with key and genesis pinned | altered: L1 `leaf-hash`, entry 25 | 6
+ server, before it is recorded | refuses, 401 `E_SIGNATURE_INVALID` | 1
# gone | court, time, decree | server and parties are gone; a bundle and a trust folder are left
- verifier with bundle and trust folder | intact | 0
- verifier with a receipt and trust folder | intact | 0
- verifier without trust folder | inconclusive: `no-trust` | 0
"""
