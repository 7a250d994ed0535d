/** Tables by what their names say; what else there is, a job would not read. */
export const TABLE = /\.((csv|tsv|tab|jsonl|ndjson)(\.gz|\.zst)?|parquet|pq)$/i;
