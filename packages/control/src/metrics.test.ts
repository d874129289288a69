import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricsRegistry } from './metrics.ts'

test('numbers come out in the text format of Prometheus', () => {
  const metrics = metricsRegistry()
  metrics.add('runs_total', { controller: 'job', result: 'ok' })
  metrics.add('runs_total', { controller: 'job', result: 'ok' }, 2)
  metrics.set('depth', {}, 7)
  metrics.observe('run_seconds', { controller: 'a"b' }, 0.5)
  metrics.observe('run_seconds', { controller: 'a"b' }, 0.25)
  assert.equal(
    metrics.text(),
    `# TYPE runs_total counter
runs_total{controller="job",result="ok"} 3
# TYPE depth gauge
depth 7
# TYPE run_seconds summary
run_seconds_sum{controller="a\\"b"} 0.75
run_seconds_count{controller="a\\"b"} 2
`,
  )
  assert.equal(metrics.get('depth', {}), 7)
  assert.equal(metrics.get('depth', { of: 'nothing' }), 0)
})
