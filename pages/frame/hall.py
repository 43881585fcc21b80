"""Lecture mode's look: everything in one window, read from the back row.

On a wide screen words and controls stand in a column at the left, and the picture has all the rest
of the window, whatever is said beside it; on one of 4:3 they stand above it. All sizes grow with
the screen: 22 pixels of type at 1280x720 are 33 at 1920x1080.
"""

from typing import Final

_MAIN: Final = '[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"]'
_BLOCK: Final = '[data-testid="stVerticalBlock"]'
_WRAP: Final = '[data-testid="stLayoutWrapper"]'
_PART: Final = '[class*="st-key-part_"]'

STYLE: Final = f"""<style>
html {{ font-size: clamp(22px, min(1.72vw, 3.06vh), 66px) !important; }}
[data-testid="stMainBlockContainer"] {{ max-width: none; padding: 0.3rem 0.8rem 0; }}
{_MAIN} {{ gap: 0.3rem; }}
.st-key-player.st-key-player {{ gap: 0.4rem; padding: 0; background: none; }}
.st-key-player p {{ line-height: 1.28; }}
.st-key-player_title p {{ font-size: 1.15rem; line-height: 1.2; }}
.st-key-player_choices [role="radiogroup"] {{ gap: 0.15rem 1rem; align-items: flex-start; }}
.st-key-player_choices label p {{ font-size: 0.92rem; line-height: 1.2; }}
:is(.st-key-player, .st-key-controls) button {{ min-height: 1.9rem; }}
[data-testid="stMarkdownContainer"] :is(small, code, .stMarkdownBadge),
[data-testid="stWidgetLabel"] p, [data-testid="stProgress"] p, [data-testid="stSliderThumbValue"],
[data-testid="stCaption"] p, [data-testid="stMain"] :is(button p, a p, input),
[data-baseweb="select"] div {{ font-size: 0.92rem !important; }}
.katex {{ font-size: 1.3em; }} /* its indices are 0.7 of it, and what stands in those no smaller */
.katex .sizing.reset-size6:is(.size4, .size5) {{ font-size: 1em; }}
.katex .sizing.reset-size6.size1, .katex .sizing.reset-size6.size2 {{ font-size: 0.7em; }}
.st-key-part_nested .katex {{ font-size: 1.66em; }} /* indices of indices stand there */
[data-testid="stMain"] .katex-display {{ overflow: visible; }}
.katex .sizing:is(.reset-size3, .reset-size5).size1, .katex .sizing.reset-size5.size3
  {{ font-size: 0.75em; }}
.katex .sizing.reset-size3.size1 {{ font-size: 1em; }}
[class*="st-key-part_"] {{ gap: 0.5rem; }}
[data-testid="stWidgetLabel"] {{ min-height: 1.3rem; margin-bottom: 0; }}
[data-testid="stWidgetLabel"] [data-testid="stTooltipIcon"], [data-testid="stSliderTickBar"]
  {{ display: none; }} /* a hall does not point at help, and the thumb says its value */
[data-testid="stSlider"] {{ margin-bottom: -0.6rem; }}
.pl-tools [data-format] {{ display: none; }} /* nothing is downloaded before a hall */
.pl-tools:not(:has(button:not([data-format], [hidden]))) {{ display: none; }}
/* Icons are enough for who presents; a screen reader still hears the words. */
:is(.st-key-player_ways, .st-key-again) :is(a, button) p
  {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
.st-key-player_ways {{ flex-wrap: nowrap; }}
.st-key-player_ways [data-testid="stProgress"] p {{ white-space: nowrap; }}
.st-key-player_ways [data-testid="stProgress"] > div:last-child {{ display: none; }}
@media (min-width: 800px) and (max-aspect-ratio: 3/2) {{
  .st-key-player {{ position: relative; }}
  .st-key-player_title {{ padding-right: 16rem; }}
  .st-key-player_ways {{ position: absolute; right: 0; top: 0; width: auto; }}
}}
@media (min-aspect-ratio: 3/2) {{
  .st-key-player_ways {{ position: fixed; left: 0.8rem; bottom: 0.2rem; width: 15rem; z-index: 2;
    background: var(--st-background-color); }}
  /* The words above the page and those inside it are one column; its picture is the other. */
  {_MAIN}:has({_PART}) {{ display: grid; grid-template-columns: 15rem minmax(0, 1fr);
    grid-template-rows: repeat(40, min-content) 1fr; gap: 0 1rem !important; align-items: start; }}
  {_WRAP}:has(> * > * > {_PART}), {_BLOCK}:has(> * > {_PART}) {{ display: contents; }}
  {_MAIN}:has({_PART}) > *, {_BLOCK}:has(> * > {_PART}) > * {{ grid-column: 1; min-width: 0; }}
  {_WRAP}:has(> {_PART}) {{ grid-column: 2 !important; grid-row: 1 / 42; width: 100%; }}
  .st-key-controls {{ flex-direction: column; gap: 0.3rem; margin-top: 0.4rem; }}
  .st-key-controls > * {{ width: 100% !important; flex: none; }}
  [class*="st-key-player_"]:not(.st-key-player_ways) {{ flex-wrap: wrap; }}
  .st-key-player_choices, .st-key-player_choices [role="radiogroup"]
    {{ flex-direction: column; align-items: flex-start; }}
}}
</style>"""
