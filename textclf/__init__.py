"""textclf: code news articles with a codebook.

>>> import textclf
>>> textclf.load("topic").predict(["Heavy snowfall and a cold wave are forecast for Skardu."])
['weather']

The door opens on the first use of a name (SPEC 1 of Scientific Python): what it lists stands
in `__init__.pyi`, and `textclf --help` waits for none of it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
