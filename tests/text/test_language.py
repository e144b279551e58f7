"""Prose in another language is told from English; what has too little prose is left alone."""

import pytest
from small_models import SMALL, corpus

from textclf.classifier.classifier import Classifier
from textclf.classifier.loading import load_all
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Status
from textclf.codebook.scheme import Label, Scheme
from textclf.scoring.scorer import make_scorer
from textclf.text.language import MOST_KNOWN, is_other_language
from textclf.training.train import train

FOREIGN = {
    "French": "Des hommes armés ont ouvert le feu sur des fidèles chiites devant une mosquée "
    "vendredi, tuant quatre personnes, a dit la police.",
    "Spanish": "La policía informó el jueves que tres hombres armados atacaron una iglesia en las "
    "afueras de la ciudad y mataron a dos personas.",
    "German": "Bei einem Anschlag auf eine Moschee in der Stadt sind am Freitag vier Menschen "
    "getötet worden, wie die Polizei mitteilte.",
    "Italian": "La polizia ha detto venerdì che uomini armati hanno aperto il fuoco contro i "
    "fedeli davanti a una moschea, uccidendo quattro persone.",
    "Dutch": "De politie zei vrijdag dat gewapende mannen het vuur openden op gelovigen voor een "
    "moskee, waarbij vier mensen omkwamen.",
    "Urdu in Latin letters": "Wazir-e-azam ne qaum se khitab karte hue kaha ke mulk ki maeeshat "
    "behtar ho rahi hai aur mehngai kam hogi.",
    "Indonesian": "Polisi mengatakan pada hari Jumat bahwa sekelompok orang bersenjata menembaki "
    "jemaah di depan sebuah masjid dan menewaskan empat orang.",
    "Urdu": "پولیس نے کہا کہ مسجد پر حملہ ہوا",
    "Arabic": "قالت الشرطة إن مسلحين أطلقوا النار على المصلين",
    "Bengali": "পুলিশ বলেছে হামলা",
    "Hindi": "पुलिस ने कहा कि मस्जिद के बाहर हमला हुआ",
    "Russian": "Полиция сообщила, что люди открыли огонь",
    "Chinese": "警方周五表示武装分子开枪",
}
ENGLISH = {
    "prose": "Gunmen opened fire on worshippers leaving an imambargah in the old city on Friday.",
    "capitals": "GUNMEN OPENED FIRE ON WORSHIPPERS LEAVING AN IMAMBARGAH IN THE OLD CITY ON "
    "FRIDAY, KILLING FOUR MEMBERS OF THE HAZARA COMMUNITY, POLICE SAID.",
    "headline": "Dengue claims two lives in Swat",
    "headline of names": "Sialkot Stallions crush Faisalabad Wolves",
    "line of a scanner": "Tbe rnayor sa1d thc bndge wou1d c1ose f0r rcpairs ncxt rnonth aftcr "
    "1nspectors f0und crac ks in tbe p i ers.",
    "wrong decoding": "The imambargahâ€™s guard said â€œnoâ€\x9d â€” Gunmen fired, police said.",
    "table": "Team P W L Pts NRR\nLahore 10 6 4 12 +0.51\nMultan 10 5 5 10 -0.12",
    "exchange rates": "USD 278.40 278.90\nEUR 301.20 303.75\nGBP 351.10 354.30",
    "score card": "Babar Azam c Stokes b Anderson 63; Imam-ul-Haq lbw b Leach 21; Extras 12",
    "names": "Ahmed Raza Khan, Muhammad Yousaf Baloch, Shaista Bibi, Gul Hassan Afridi",
    "with a quotation": 'The crowd chanted "lanat ho zalimon par" and "khoon ka badla khoon" for '
    "an hour before the police moved in, and nobody was hurt.",
    "emoji": "🔥🔥🏏 Babar hits a century 🇵🇰",
    "nothing": "",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_prose_in_another_language_gets_no_label(name: str) -> None:
    (result,) = load_all().classify_all([FOREIGN[name]], PredictOptions(evidence=0))
    for one in result.predictions:
        assert (one.status, one.labels, one.prob) == (Status.OTHER_LANGUAGE, (), None)


@pytest.mark.parametrize("name", ENGLISH)
def test_english_is_not_taken_for_another_language(name: str) -> None:
    assert not is_other_language(ENGLISH[name])


def test_a_prediction_in_another_language_states_the_share_of_known_words() -> None:
    result = load_all(["topic"]).classify(FOREIGN["French"])
    assert 0 < result["topic"].in_vocabulary < 0.5
    assert result["topic"].evidence == ()


def test_a_quotation_in_another_language_does_not_make_an_article_foreign() -> None:
    text = f"{ENGLISH['prose']} {ENGLISH['with a quotation']} He said: {FOREIGN['Urdu']}."
    assert load_all(["topic"]).classify(text)["topic"].status is Status.OK


FRENCH = [
    ("weather", "La pluie et le vent ont frappé la côte pendant la nuit, selon la météo."),
    ("weather", "Il neige sur les montagnes et la température baisse encore ce matin."),
    ("weather", "Un orage est attendu dans le sud et le soleil revient dans la soirée."),
    ("sport", "Le club a gagné la finale après un but dans la dernière minute du match."),
    ("sport", "Les joueurs ont perdu le match et le capitaine a félicité les adversaires."),
    ("sport", "Le gardien a arrêté deux tirs et le club est en finale de la coupe."),
]


def test_a_model_of_another_language_labels_texts_in_its_language() -> None:
    scheme = Scheme("meteo", (Label("sport"), Label("weather")))
    texts = [(text, (label,)) for label, text in FRENCH]
    classifier = Classifier(train(corpus("meteo", texts), scheme, config=SMALL), make_scorer)
    text = (
        "La neige a couvert les routes dimanche et les trains ont pris plusieurs heures de retard."
    )
    assert is_other_language(text)
    prediction = classifier.classify(text)
    assert prediction.in_vocabulary < MOST_KNOWN
    assert prediction.status is Status.OK
