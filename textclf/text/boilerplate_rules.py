"""The rules for boilerplate, as data: which paragraphs are boilerplate, and of which kind.

A rule has the first words and a pattern of its paragraphs. The cases for each rule are in
tests/cases/boilerplate.toml.
"""

from typing import Literal, NamedTuple


class Rule(NamedTuple):
    """One rule for whole paragraphs."""

    reason: str
    openers: str
    """The first words, lower-cased, of paragraphs that it may match; `*`: a sign comes first."""
    pattern: str
    """The pattern of the whole paragraph."""
    where: Literal["anywhere", "opening", "beside"] = "anywhere"
    """`beside`: only next to other boilerplate, because an article may have such a line too."""


_NAME = r"[A-Z][\w.'’-]*(?: (?:[A-Z][\w.'’-]*|and|de|al|bin|ul)){0,5}"
_OUTLETS = (
    *("Dawn", "The News", "APP", "INP", "NNI", "Online", "ANI", "PTI", "IANS", "UNI", "UNB", "BSS"),
    *("AFP", "AP", "Reuters", "Xinhua", "Agencies", "Bloomberg", "DPA", "TASS", "Anadolu", "IRNA"),
    *("BBC", "CNN", "Al Jazeera", "News Desk", "Web Desk", "Monitoring Desk", "Associated Press"),
)
_OUTLET = f"(?:{'|'.join(_OUTLETS)})"
_NETWORK = (
    r"(?:share|tweet|pin(?: it)?|e-?mail|print|whatsapp|facebook|twitter|linkedin|telegram"
    r"|pinterest|reddit|messenger|instagram|copy link)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?"
_DATE = (
    rf"{_DAY}(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/\d{{4}})"
)
_TIME = r"\d{1,2}[:.]\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?(?: ?\(?[a-z]{2,4}\)?)?"
_SECTION = (
    r"(?:home|news|sports?|business|opinion|world|national|city|cities|local|entertainment"
    r"|life(?:style)?|tech(?:nology)?|health|politics|obituaries|classifieds|videos?|photos"
    r"|pakistan|india|contact us|about us|e-?paper|login|magazine|editorials?|columns)"
)
_SECTION_WORDS = (
    "home news sport sports business opinion world national city cities local entertainment life"
    " lifestyle tech technology health politics obituaries classifieds video videos photos"
    " pakistan india contact about e epaper login magazine editorial editorials column columns"
)
_END = r"[^.!?]"
"""A title, and a line of a page, does not end as a sentence does."""

RULES = (
    Rule(
        "breadcrumb",
        "home news india you",
        (
            r"(?:you are here: )?home(?:page)?\s*(?:[/»>›|→]|::).{0,300}[^.!?]"
            r"|(?:india )?news\s*[/»>›→]\s*\S.{1,300}[^.!?]"
        ),
        "opening",
    ),
    Rule(
        "date line",
        "published updated posted last first",
        (
            r"(?:first |last )?(?:published|updated|posted|modified)(?: on| at)?"
            rf"(?:\s*[:|] ?|\s+(?={_DAY}{_MONTH} \d|{_DAY}\d)).{{0,70}}\d.{{0,40}}(?<![.!?])"
        ),
        "opening",
    ),
    Rule(
        "date line",
        "published updated posted",
        (
            r"(?:published|updated|posted)\s+(?:about |over |an? )?\w+ "
            r"(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?) ago[.\s]*"
        ),
    ),
    Rule(
        "date line",
        "* jan feb mar apr may jun jul aug sep oct nov dec january february march april june july"
        " august september sept october november december mon tue wed thu fri sat sun monday"
        " tuesday wednesday thursday friday saturday sunday",
        (
            rf"(?:{_TIME}\s*[,|·]\s*)?{_DATE}(?:[ ,|·-]*(?:at )?{_TIME})?"
            r"(?:\s*[·•|/-]\s*.{0,60}(?<![.!?]))?"
        ),
        "opening",
    ),
    Rule("date line", "this", r"this story is from .{4,40}\d{4}.?", "opening"),
    Rule(
        "byline",
        "by",
        (
            rf"(?-i:(?:By|BY) {_NAME})(?:\s*[|,]\s*[\w @]{{1,40}})?(?:\s*[-–—])?"
            r"|by (?:our |a |the )?(?:staff |special )?(?:reporter|correspondent|writer)"
            r"(?:\s*[|,]\s*[\w ]{1,40})?"
        ),
        "opening",
    ),
    Rule(
        "byline",
        "our a the staff special reporter correspondent news web monitoring",
        (
            r"(?:our |a |the )?(?:(?:staff |special )?(?:reporter|correspondent|writer)"
            r"|(?:news|web|monitoring) desk)(?:\s*\|.{0,60})?"
        ),
        "opening",
    ),
    Rule(
        "byline",
        "written edited reported compiled",
        rf"(?:written|edited|reported|compiled) by:? (?-i:{_NAME})(?:\s*[|,].{{0,80}})?",
    ),
    Rule(
        "byline", "*", r"\((?:reporting|writing|editing|compiled|additional reporting) by .*\)\.?"
    ),
    Rule(
        "share bar",
        "share tweet pin email e print whatsapp facebook twitter linkedin telegram pinterest reddit"
        " messenger instagram copy",
        rf"{_NETWORK}(?:[ |/,·•]+{_NETWORK})*[\s:.]*",
    ),
    Rule(
        "share bar",
        "share kindly please click like",
        (
            r"(?:kindly |please )?share(?: this)?(?: (?:article|story|post|news|page))?"
            rf"(?: (?:on|via|with|by) {_NETWORK}| (?:with|on) (?:friends|your .{{2,30}}))?[\s:.]*"
            r"|click to (?:share|e-?mail|print).{0,80}|like loading[.…]*"
        ),
    ),
    Rule("share bar", "*", r"\d[\d,.]*k? shares?"),
    Rule(
        "advertisement",
        "* advertisement advertisements advertisment sponsored promoted paid story article remove"
        " scroll",
        (
            r"[-–—\s]*advertise?ments?(?:\s*[-–—]\s*scroll.{0,40})?[-–—\s:.]*"
            r"|(?:sponsored|promoted|paid)(?: content| post| links?)?[\s:.]*"
            r"|(?:story|article) continues (?:below|after)(?: this| the)?"
            r"(?: ad(?:vertise?ment)?s?)?[\s.]*"
            r"|remove ads|scroll (?:down )?(?:for more|to continue).{0,40}|\[ad_\d\]"
        ),
    ),
    Rule(
        "teaser",
        "* also read see must don related more recommended in",
        (
            r"[(\[]?(?:also read|read also|also see|see also|read more|read next|must read"
            r"|don[’']t miss|related(?: (?:story|stories|article|news))?|more on this(?: story)?"
            r"|also watch|in (?:pics|pictures))"
            rf"\s*[:|–—-]\s*.{{1,200}}{_END}[)\]]?"
        ),
    ),
    Rule(
        "teaser",
        "* read watch listen opinion explained explainer analysis",
        (
            rf"[(\[]?(?:read|listen|opinion|analysis)\s*[:|]\s*.{{1,160}}{_END}[)\]]?"
            rf"|[(\[]?(?:watch|explained|explainer)\s*[:|–—]\s*.{{1,160}}{_END}[)\]]?"
        ),
    ),
    Rule("teaser", "read", r"read (?:more|full (?:story|article))[\s.…»›>]*"),
    Rule(
        "subscription",
        "subscribe follow sign download install get join already you enter support click stay for",
        (
            r"subscribe (?:now|here|to (?:our|us|the .{0,30}newsletter)).{0,160}"
            r"|follow us(?: on (?:twitter|facebook|instagram|google|x|whatsapp|youtube|telegram"
            r"|linkedin|social|threads)\b.{0,120})?[\s:.]*"
            r"|follow .{2,40} on (?:twitter|facebook|google news|instagram|whatsapp)\b.{0,60}"
            r"|sign up (?:for|to) (?:our|the) .{0,40}(?:newsletter|briefing|alerts?|e-?mails?"
            r"|updates)\b.{0,120}"
            r"|(?:download|install|get) (?:our|the) (?:.{0,30} )?app\b.{0,100}"
            r"|join our (?:whatsapp|telegram|facebook|youtube)\b.{0,120}"
            r"|join [\d,]+ (?:other )?(?:followers|subscribers).{0,20}"
            r"|get the (?:latest|top|day[’']s) (?:news|headlines|updates|stories)\b.{0,140}"
            r"|already a (?:subscriber|member)\?.{0,60}"
            r"|you have \d+ (?:free )?articles? (?:left|remaining).{0,60}"
            r"|enter your e?-?mail address to .{0,140}"
            r"|support (?:independent|our|quality) journalism\b.{0,140}"
            r"|click here (?:to|for) (?:subscribe|download|join|follow|view|more"
            r"|the latest)\b.{0,100}"
            r"|stay (?:updated|informed|connected) with .{0,120}"
            r"|for (?:the )?latest (?:news|updates)\b.{0,140}(?:follow|download|visit|channel"
            r"|app)\b.{0,80}"
        ),
    ),
    Rule(
        "notice",
        "* copyright all the this published disclaimer",
        (
            r"(?:copyright\s*)?(?:©|\(c\)).{0,220}|copyright:? \d{4}.{0,220}"
            r"|all rights reserved\b.{0,220}"
            r"|published in (?-i:[^,]{2,60}),? (?:on )?"
            rf"{_DAY}(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}),?"
            r" \d{4}\.?"
            r"|\(?this (?:story|article|report|news item|copy|post|piece) (?:has not been"
            r"|was (?:first |originally )?published|is published|(?:first |originally )?appeared"
            r"|is auto-generated).{0,220}"
            r"|disclaimer\s*[:–—-].{1,400}"
            r"|the (?:views|opinions) expressed\b.{0,80}\b(?:author|writer|columnist|contributor)"
            r"\b.{0,240}"
        ),
    ),
    Rule(
        "notice",
        "tag tags tagged filed posted category categories topics",
        (
            r"tags?\s*:.{1,200}(?<![.!?])|tagged(?: with| as)?:? [\w’' -]+(?:, [\w’' -]+)*"
            r"|filed under\b.{1,120}(?<![.!?])|posted in [\w& ]{2,30}(?:, [\w& ]{2,30})*"
            r"|(?:categor(?:y|ies)|topics)\s*:.{1,160}(?<![.!?])"
        ),
    ),
    Rule(
        "player",
        "video audio media download use this the play current duration loaded remaining beginning"
        " end your to playback captions descriptions subtitles stream seek close click tap picture",
        (
            r"(?:video|audio) player(?: is loading)?\.?|media error: .{0,200}"
            r"|download file: .{0,240}|use up/down arrow keys .{0,80}"
            r"|this is a modal window\b.{0,80}|the media could not be loaded\b.{0,160}"
            r"|play(?: video| audio)|(?:video|audio) (?:loading|unavailable)[.…]*"
            r"|current time\s*\d{1,2}:\d\d.{0,40}|duration\s*\d{1,2}:\d\d.{0,40}"
            r"|remaining time\s*-?\d{1,2}:\d\d.{0,40}"
            r"|loaded: \d.{0,10}|stream type\s*live|seek to live\b.{0,60}"
            r"|(?:beginning|end) of dialog window\b.{0,80}|close modal dialog\b.{0,60}"
            r"|your browser does not support .{0,80}|to view this video\b.{0,180}"
            r"|playback rate\b.{0,20}|the video will auto-?play .{0,40}"
            r"|(?:captions|descriptions|subtitles)(?: off, selected| settings.{0,60})"
            r"|(?:click|tap) to play(?: (?:click|tap) to play)?|picture-in-picture"
        ),
    ),
    Rule(
        "player",
        "* mute unmute play pause fullscreen chapters captions descriptions subtitles live",
        (
            r"/|1x|\d{1,2}:\d\d(?::\d\d)?|(?:un)?mute|play|pause|fullscreen|chapters|captions"
            r"|descriptions|subtitles|live"
        ),
        "beside",
    ),
    Rule(
        "script",
        "* window googletag var function document if gtag",
        (
            r"[\s(]*(?:adsbygoogle\b|window\.|googletag\b|var \w|_taboola|document\.|function ?\("
            r"|gtag\()"
            r".*[;{})\]]\s*"
            r"|if \(.*\).*[;{]|\}.{0,80}\);?"
            r"|[.#@][\w-][^{}]{0,120}\{.*|\{\s*\"@?\w+\"\s*:.*"
        ),
    ),
    Rule(
        "photo credit",
        "* photo photos photograph pic picture pictures image images file credit representational"
        " representative",
        (
            r"(?:file )?(?:photo(?:graph)?s?|pic(?:ture)?s?|images?)(?: credits?| courtesy| source"
            r"| by)?\s*[:|–—-]\s*[^.:]{1,60}|credits?: [^.:]{1,60}"
            r"|file (?:photo|picture|image)s?\.?|representati(?:onal|ve) (?:image|photo|picture)\.?"
            r"|[(\[](?:.{0,24} )?(?:photo|image|picture)s?\b[^()]{0,60}[)\]]"
            rf"|[-–—]{{1,2}} ?(?-i:{_OUTLET})(?:/\w+)?"
        ),
    ),
    Rule(
        "comments",
        "* no comment comments please log login sign post add leave write view load read show be"
        " join your",
        (
            r"(?:\d+|no) comments?|comments? ?\(\d+\)|comments are closed\.?"
            r"|(?:please )?(?:log ?in|sign in) to (?:post a )?comment[.\s]*"
            r"|(?:post|add|leave|write|view|load|read|show)(?: an?| all| more| your| \d+)?"
            r" (?:comments?|reply)(?: below)?[.\s:]*"
            r"|be the first to comment\b.{0,40}|join the (?:conversation|discussion)[.\s]*"
            r"|your e-?mail address will not be published\b.*"
        ),
    ),
    Rule(
        "navigation",
        f"* skip jump toggle back older newer previous next page today menu {_SECTION_WORDS}",
        (
            r"(?:skip|jump) to (?:main )?(?:content|navigation)|toggle (?:navigation|menu)"
            r"|back to (?:the )?top|[←«‹] ?(?:older|previous).{0,80}|(?:newer|next).{0,80} ?[→»›]"
            r"|(?:previous|next) (?:post|article|story)|(?:previous|next) (?:article|story)\s*[:"
            r"|].{1,140}"
            rf"|page \d+ of \d+|today[’']s paper|e-?paper"
            rf"|{_SECTION}(?:\s*\|\s*+[\w&’' -]{{1,24}}+){{3,}}"
        ),
    ),
    Rule(
        "navigation",
        f"menu search latest trending {_SECTION_WORDS}",
        rf"menu|search|{_SECTION}|latest news|trending",
        "beside",
    ),
    Rule(
        "cookie notice",
        "we this by privacy to",
        (
            r"we (?:and our partners )?(?:use|store)\b.{0,60}\bcookies\b.{0,260}"
            r"|this (?:web)?site uses cookies(?: to | and |[.,]).{0,260}"
            r"|by (?:using|continuing to (?:use|browse)) this .{0,80}\bcookies\b.{0,200}"
            r"|privacy & cookies: .{0,260}"
            r"|to find out more, including how to control cookies\b.{0,80}"
        ),
    ),
    Rule(
        "cookie notice",
        "accept cookie decline reject manage i",
        (
            r"accept(?: all)?(?: cookies)?|cookie (?:policy|settings)|decline|reject all"
            r"|manage (?:cookies|preferences)|i (?:accept|agree)"
        ),
        "beside",
    ),
)
AFTER = "after the article"
AFTER_PATTERN = (
    r"(?:about (?:the )?(?:admin|author|editor)|check also"
    r"|related (?:posts?|articles?|stories|news)"
    r"|you (?:may|might) also like|leave a (?:reply|comment)|post navigation|recommended for you"
    r"|more from (?:this|the) (?:section|author)|most (?:read|popular|viewed)|trending now"
    r"|also in this section|your email address will not be published.*)[\s:.…]*"
)
AFTER_OPENERS = "about check related you leave post recommended more most trending also your"


OPENING_BYLINE = (
    rf"{_NAME}\s*\|\s*(?i:staff (?:writer|reporter)|correspondent|reporter|columnist)"
    rf"|(?:[A-Z][\w’']+ ){{1,4}}News Service|{_OUTLET}"
)
GLUED_BYLINE = r"By [A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]*){0,4}\s?[-–—:|]\s?(?=[A-Z“\"'])"
TAIL = (
    rf"\s?[-–—]{{1,2}}\s?(?:\({_OUTLET}\)|{_OUTLET})\s*\.?$"
    rf"|(?<=[.!?”\"’])\s\((?:{_OUTLET}|[Ww]ith [\w ]{{0,30}}inputs?[\w ]{{0,30}})\)\s*\.?$"
    rf"|(?<=\s)[a-z]+(?P<tail>\s\({_OUTLET}\)\s*\.?$)"
)
TAIL_ENDS = (*_OUTLETS, ")")
LAST_TAIL = r"\s?[-–—]\s?\((?:The )?[A-Z][\w.&' -]{1,40}\)\s*\.?$"
"""In the last line: any outlet in brackets after a dash."""
SIGN_OFF = (
    rf"(?:[-–—]{{1,2}} ?)?{_OUTLET}(?: [A-Z]{{2,4}}){{0,6}}|\({_OUTLET}\)\.?"
    r"|\((?i:with (?:\w+ )?inputs?\b[^()]{0,40}|with agency inputs)\)\.?"
)
CODES = r"[A-Z]{2,4}(?: [A-Z]{2,4}){0,5}|[a-z]{2,3}(?:/[a-z]{2,3})+/?"
"""Initials of writers and editors, below the sign-off of an agency."""
IN_LINE = (
    ("script", r"\(adsbygoogle = window\.adsbygoogle \|\| \[\]\)\.push\(\{\}\);?"),
    (
        "player",
        (
            r"(?:Video Player"
            r"|Audio Player)?\s?Media error: Format\(s\) not supported or source\(s\)"
            r" not found(?:.{0,400}?decrease volume\.|Download File: \S+)?"
        ),
    ),
)
SEAM = (
    r"^[^—–]{0,300}[—–] ?[\w@&. ]{2,30}(?:/[A-Z][a-z]+)?(?<![A-Z ])(?=[A-Z]{4,}(?: [A-Z]+)?: ?\S)"
)
"""A caption and its credit before the dateline of a story, without a space: `— APP/FileSWAT:`."""
