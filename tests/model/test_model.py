"""What a model says of itself: its repr and its strongest terms."""

from dataclasses import replace

from textclf.scoring.weights import LinearWeights


def test_a_term_of_several_feature_groups_is_among_the_strongest_once(long):
    first_words = long.linear_weights.groups[-1]
    both = replace(first_words, group=replace(first_words.group, first_words=0))
    model = replace(
        long, linear_weights=LinearWeights((both, first_words), long.linear_weights.bias)
    )

    found = model.strongest("sport", 9)

    alone = replace(long, linear_weights=LinearWeights((first_words,), long.linear_weights.bias))
    assert len(found) == 9
    assert found == alone.strongest("sport", 9)
