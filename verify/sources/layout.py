"""Names in a ledger's folder and in a published log: the one place that spells them.

    D/ledger.sqlite        the store                 D/trust/{policy,genesis,checkpoint}
    D/cosignatures.sqlite  what witnesses signed     D/log/{checkpoint,tile/,documents/,anchors/}   published
    D/views.sqlite         stored rows, disposable   D/documents/, D/anchors/

Source: ours: SPEC §8; C2SP tlog-tiles for `checkpoint` and `tile/`.
"""

from typing import Final

STORE_NAME: Final = "ledger.sqlite"
COSIGNATURES_NAME: Final = "cosignatures.sqlite"
VIEWS_NAME: Final = "views.sqlite"
PUBLISHED_NAME: Final = "log"
CHECKPOINT_NAME: Final = "checkpoint"
TILES_NAME: Final = "tile"
DOCUMENTS_NAME: Final = "documents"
ANCHORS_NAME: Final = "anchors"
TRUST_NAME: Final = "trust"
POLICY_NAME: Final = "policy"
GENESIS_NAME: Final = "genesis"
