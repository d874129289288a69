import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, configMap, testApi } from './api.test-support.ts'
import { requestMetrics } from './request-metrics.ts'

describe('/metrics', () => {
  let api: Api
  before(async () => {
    api = await testApi({ metrics: () => 'more 1\n' })
  })
  after(() => api.end())

  test('tells of requests, of the process, and of the parts', async () => {
    const maps = '/api/v1/namespaces/default/configmaps'
    for (const name of ['a', 'b', 'a']) await api.ask('POST', maps, configMap(name))
    await api.ask('GET', `${maps}/none`)
    const { status, body, headers } = await api.ask('GET', '/metrics')
    assert.equal(status, 200)
    assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    const labels = (verb: string) => `verb="${verb}",group="",resource="configmaps",subresource=""`
    for (const line of [
      `apiserver_request_total{${labels('CREATE')},code="201"} 2`,
      `apiserver_request_total{${labels('CREATE')},code="409"} 1`,
      `apiserver_request_total{${labels('GET')},code="404"} 1`,
      `apiserver_request_duration_seconds_count{${labels('CREATE')}} 3`,
      'more 1',
    ])
      assert.ok(body.split('\n').includes(line), line)
    assert.match(body, /^process_resident_memory_bytes \d+$/m)
  })
})

test('names that nobody has neither break a line nor fill the memory', () => {
  const metrics = requestMetrics()
  const asked = (plural: string) => ({ verb: 'get', asked: { verb: 'get', resource: { plural, group: '' } as never } })
  metrics.count(asked('a"b\nc'), 404, 0.1)
  for (let i = 0; i < 5000; i++) metrics.count(asked(`kind-${i}`), 404, 0.1)
  const lines = metrics.text().split('\n')
  assert.ok(
    lines.includes('apiserver_request_total{verb="GET",group="",resource="a\\"b\\nc",subresource="",code="404"} 1'),
  )
  assert.ok(
    lines.includes('apiserver_request_total{verb="GET",group="",resource="other",subresource="",code="404"} 2001'),
  )
})
