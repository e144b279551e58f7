"""Label a data frame on Spark and on Ray with `textclf.score_frame`, and check the labels.

pip install pyspark ray pandas pyarrow      # Spark needs Java
python scripts/score_frame_on_clusters.py [dask] [spark] [ray]
"""

import sys
from collections.abc import Iterable, Iterator

import pandas as pd

import textclf

TEXTS = [
    "Rain and wind will lash Murree.",
    "",
    "The batsman hit a century in the final.",
    "The court sentenced two men to death for murder.",
]


def main() -> None:
    frame = pd.DataFrame({"id": range(40), "text": TEXTS * 10})
    alone = score(frame)
    for name in sys.argv[1:] or ["dask", "spark", "ray"]:
        found = RUNS[name](frame).sort_values("id").reset_index(drop=True)
        if list(found["topic"].fillna("")) != list(alone["topic"].fillna("")):
            sys.exit(f"{name}: gives other labels")
        print(f"{name}: {len(found)} rows, the labels of one process")


def score(frame: pd.DataFrame) -> pd.DataFrame:
    return textclf.score_frame(frame, schemes=["topic"])


def on_dask(frame: pd.DataFrame) -> pd.DataFrame:
    import dask.dataframe as dd

    parts = dd.from_pandas(frame, npartitions=4)
    return parts.map_partitions(score, meta=score(frame.iloc[:0])).compute()


def on_spark(frame: pd.DataFrame) -> pd.DataFrame:
    from pyspark.sql import SparkSession

    def each(frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        yield from map(score, frames)

    spark = SparkSession.builder.master("local[2]").getOrCreate()
    schema = "id long, text string, topic string, topic_prob double, topic_status string"
    found = spark.createDataFrame(frame).repartition(4).mapInPandas(each, schema).toPandas()
    spark.stop()
    return found


def on_ray(frame: pd.DataFrame) -> pd.DataFrame:
    import ray

    ray.init(num_cpus=2, include_dashboard=False)
    parts = ray.data.from_pandas(frame).repartition(4)
    found = parts.map_batches(score, batch_format="pandas").to_pandas()
    ray.shutdown()
    return found


RUNS = {"dask": on_dask, "spark": on_spark, "ray": on_ray}

if __name__ == "__main__":
    main()
