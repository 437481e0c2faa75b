// What `api/v2/index.json` promises to its readers, written down apart from the code that makes it.

const text = { type: 'string' };
const maybeNumber = { type: ['number', 'null'] };

const SERIES = {
  type: 'object',
  properties: {
    id: text,
    url: text,
    suite: { type: ['string', 'null'] },
    test: text,
    backend: text,
    mode: text,
    parallel: { type: 'boolean' },
    n: { type: ['integer', 'null'] },
    metric: text,
    unit: text,
    better: { enum: ['lower', 'higher', 'unknown'] },
    points: { type: 'integer', minimum: 0 },
    latest: true,
    baseline: true,
    noise: maybeNumber,
    verdict: {
      enum: [
        'regressed', 'improved', 'unchanged', 'new', 'too_noisy', 'not_compared', 'infrastructure',
        'accepted', 'missing', 'failed', 'suspected',
      ],
    },
    change: maybeNumber,
    detectable: maybeNumber,
  },
  required: [
    'id', 'url', 'test', 'backend', 'mode', 'parallel', 'n', 'metric', 'unit', 'better', 'points',
    'latest', 'baseline', 'noise', 'verdict', 'change', 'detectable',
  ],
};

export const INDEX_SCHEMA = {
  type: 'object',
  properties: {
    schema: text,
    list: text,
    series: { type: 'array', items: SERIES },
  },
  required: ['schema', 'list', 'series'],
};
