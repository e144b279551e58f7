"""The function words of English, which say nothing about the topic of a text."""

_LIST = """
about above across after again against all along already also although always am among an
and another any are around as at away back be became because been before behind being below
beside between beyond both but by came can could did do does doing done down during each
either else even ever every few for from further get got had has have having he hence her
here hers herself him himself his how however if in indeed into is it its itself just less
like many may me might mine more moreover most much must my myself near neither never no none
nor not now of off often on once one only onto or other others our ours ourselves out over
own per perhaps quite rather same shall she should since so some soon still such than that
the their theirs them themselves then there therefore these they this those though through
thus till to together too toward towards two under until up upon us very was we were what
when whence where whether which while who whom whose why will with within without would yet
you your yours yourself
"""
FUNCTION_WORDS = frozenset(_LIST.split())
