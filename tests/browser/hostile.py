"""A Streamlit script: texts that mean something to Streamlit or a browser, each shown as text."""

from typing import Final

import streamlit as st

from pages.figures.literal import in_markdown

LINKS: Final = (
    "www.evil.example",
    "WWW.Evil.example/a?b=1",
    "wwww.evil.example",
    "https://evil.example/a_b",
    "HTTP://evil.example",
    "(https://evil.example)",
    "http://localhost",
    "me@evil.example",
    "mailto:me@evil.example",
    "xmpp:me@evil.example",
    "@https://evil.example",
    "[x](https://evil.example)",
    "[x]: https://evil.example",
    "<https://evil.example>",
    "![x](https://evil.example/x.png)",
    "<img src=https://evil.example/x.png>",
    "<script>fetch('https://evil.example')</script>",
    "日本語 www.evil.example。",
)
MARKS: Final = (
    "**bold** _it_ ~~gone~~ `code`",
    "<b>bold</b>",
    "&lt;b&gt; &amp; &#58;",
    "$x^2$",
    "$$x$$",
    ":smile: :+1: :-1:",
    ":material/home:",
    ":material_home:",
    ":streamlit:",
    "a::b",
    ":",
    "::x",
    ":red[red] :small[s] :red-badge[b] :help[x] :color[x]{foreground=red}",
    ":::name",
    "[^1]: n",
    "# heading",
    "> quote",
    "1. list",
    "1) list",
    "- item",
    "* item",
    "- [x] task",
    "    code",
    "abc\n===",
    "abc\n---",
    "***",
    "---",
    "~~~",
    "```js",
    "| a | b |\n|---|---|\n| c | d |",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "->",
    "a:->",
    "-->",
    "\\",
    "a\\*b",
    "it's “so”",
    "a\n\nb",
    "\tc",
    "1.5 and 2.5e-3",
    "%{x} %{y:.2f}",
    "<!-- x -->",
)
TEXTS: Final = (*LINKS, *MARKS)
WAYS: Final = {  # a caller's own Markdown round the text
    "alone": "{}",
    "bold": "word **“{}”** word",
    "small": "**{}** :small[{}] word",
    "table": "| head |\n|---|\n| {} |",
}


def shown() -> None:
    """Every text in every way, each in a container of its own."""
    for k, text in enumerate(TEXTS):
        for way, frame in WAYS.items():
            with st.container(key=f"{way}{k}"):
                st.markdown(frame.replace("{}", in_markdown(text)))
        with st.container(key=f"label{k}"):
            st.button(in_markdown(text), key=f"button{k}")
        with st.container(key=f"box{k}"):
            st.warning(in_markdown(text), icon=":material/link_off:")


if __name__ == "__main__":
    shown()
    st.text("All shown.")
