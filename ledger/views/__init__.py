"""Read models, rebuilt from the entries and followed live. Disposable.

May import: `reader`, `folder`, `store`, `disk`.
"""
