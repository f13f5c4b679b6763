"""Parts of answers that are composed by hand are what the library's encoder gives."""

import json

from hypothesis import given
from hypothesis import strategies as st

from constancia.api.http.representation import json_text

_TEXT = st.text(st.characters(codec="utf-8"))
_ESCAPED = st.text(st.sampled_from('\\"\n\r\t\b\f\0\x1f\x7f/—\u2028é\U0001f600a'))


@given(_TEXT | _ESCAPED)
def test_text_as_json_is_the_encoders(text: str) -> None:
    composed = json_text(text.encode())
    assert composed == json.dumps(text, ensure_ascii=False).encode()
    assert json.loads(composed) == text
