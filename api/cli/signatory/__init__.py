"""Commands for a signatory: keys, a draft and its questions, the signature, handing in.

May import: `log_key`, `prompts`, `source_options`, `terminal`, `wrong_file`.
Of other rooms of the interface: what `api.cli` may import.
"""
