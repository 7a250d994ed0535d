/** The formats that runs are written out into. Adding one is adding a file, and a line here. */
import type { ExportFormat } from '../../protocol/exports';
import { csv } from './csv';
import type { Format } from './format';
import { json } from './json';
import { mlflow } from './mlflow';
import { parquet } from './parquet';

export const formats: Readonly<Record<ExportFormat, Format>> = { mlflow, csv, parquet, json };
