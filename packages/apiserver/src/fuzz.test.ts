import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Log, silent } from '@sampan/kit/log'
import { pathOf } from '@sampan/resources/define'
import { builtInKinds } from '@sampan/resources/kinds'
import { standardAdmission } from './admission/standard.ts'
import { testApi } from './api.test-support.ts'
import { fuzzRequests } from './fuzz-requests.test-support.ts'

/** How many requests; `FUZZ=10000` for a long run. The seed is fixed, so that a failure comes again. */
const requests = Number(process.env.FUZZ ?? 600)

test(`${requests} malformed requests are refused, and none is answered with 500`, { timeout: 600_000 }, async () => {
  const next = fuzzRequests(Number(process.env.SEED ?? 20261121))
  const failures: string[] = []
  const log: Log = {
    ...silent,
    error: (message, fields) =>
      void failures.push(
        `${message} ${fields?.method} ${fields?.path}: ${(fields?.error as Error | undefined)?.stack}`,
      ),
  }
  const api = await testApi({ log, admission: standardAdmission({ serviceCIDR: '10.190.0.0/16' }) })
  await api.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })

  const counts = { accepted: 0, refused: 0 }
  for (let i = 0; i < requests; i++) {
    const { method, path, body, type } = next()
    const reply = await api.ask(method, path, body, type ? { 'content-type': type } : {})
    counts[reply.status < 400 ? 'accepted' : 'refused']++
    // One answer is a 500 upstream too: a resourceVersion on an object to be created.
    const isKnown = reply.body?.message === 'resourceVersion should not be set on objects to be created'
    if (reply.status >= 500 && !isKnown)
      failures.push(`${method} ${path} ${reply.status} ${JSON.stringify(reply.body)} ← ${String(body).slice(0, 2000)}`)
    if (reply.status >= 400 && typeof reply.body === 'object') assert.equal(reply.body.kind, 'Status')
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
  for (const definition of builtInKinds.filter((one) => !one.verbs || one.verbs.includes('list'))) {
    const reply = await api.ask('GET', pathOf(definition), undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    })
    if (reply.status !== 200) failures.push(`table of ${definition.plural}: ${JSON.stringify(reply.body)}`)
  }
  await api.end()
  assert.ok(counts.accepted > requests / 50 && counts.refused > requests / 4, JSON.stringify(counts))
  assert.deepEqual([...new Set(failures.map((one) => one.slice(0, 900)))], [])
})
