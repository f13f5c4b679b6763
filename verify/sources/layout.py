"""Names in a ledger's folder and in a published log: the one place that spells them.

    D/ledger.sqlite        the store                 D/trust/{policy,genesis,checkpoint}
    D/cosignatures.sqlite  what witnesses signed     D/log/{checkpoint,tile/,documents/,anchors/}   published
    D/views.sqlite         stored rows, disposable   D/documents/, D/anchors/

Source: ours: SPEC §8; C2SP tlog-tiles for `checkpoint` and `tile/`.
"""

# Databases of a ledger's folder, its published log, folders that occur in both, the trust folder.
STORE_NAME, COSIGNATURES_NAME, VIEWS_NAME = "ledger.sqlite", "cosignatures.sqlite", "views.sqlite"
PUBLISHED_NAME, CHECKPOINT_NAME, TILES_NAME = "log", "checkpoint", "tile"
DOCUMENTS_NAME, ANCHORS_NAME = "documents", "anchors"
TRUST_NAME, POLICY_NAME, GENESIS_NAME = "trust", "policy", "genesis"
