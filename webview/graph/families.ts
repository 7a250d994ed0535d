/** What kind of work an operator does, for a mark of colour beside its name. One that is not known has none of them. */
const FAMILIES = {
  weights: [
    ...['Conv', 'ConvTranspose', 'ConvInteger', 'QLinearConv', 'Gemm', 'MatMul', 'MatMulInteger', 'QLinearMatMul'],
    ...['LSTM', 'GRU', 'RNN', 'Attention', 'MultiHeadAttention', 'Einsum', 'LinearClassifier', 'LinearRegressor'],
    ...['TreeEnsemble', 'TreeEnsembleClassifier', 'TreeEnsembleRegressor', 'SVMClassifier', 'SVMRegressor'],
  ],
  activation: [
    ...['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'Celu', 'Gelu', 'Sigmoid', 'HardSigmoid', 'HardSwish', 'Mish'],
    ...['Tanh', 'Softmax', 'LogSoftmax', 'Softplus', 'Softsign', 'ThresholdedRelu', 'Clip', 'Erf', 'Swish'],
  ],
  normalisation: [
    ...['BatchNormalization', 'LayerNormalization', 'InstanceNormalization', 'GroupNormalization', 'LRN', 'Scaler'],
    ...['RMSNormalization', 'SkipLayerNormalization', 'LpNormalization', 'MeanVarianceNormalization', 'Normalizer'],
  ],
  pooling: [
    ...['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'LpPool', 'ReduceMean', 'ReduceSum'],
    ...['ReduceMax', 'ReduceMin', 'ReduceL2', 'ArgMax', 'ArgMin', 'TopK'],
  ],
} as const;

type Family = keyof typeof FAMILIES | 'other';

const known = new Map<string, Family>(
  (Object.keys(FAMILIES) as (keyof typeof FAMILIES)[]).flatMap((family) =>
    FAMILIES[family].map((type) => [type, family] as const),
  ),
);

export const familyOf = (type: string): Family => known.get(type) ?? 'other';
