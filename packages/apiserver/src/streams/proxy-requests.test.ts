import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { podNamed, testApi } from '../api.test-support.ts'
import { proxies } from './proxies.ts'

test('the root of a proxy: who reads is sent behind the slash, any other method goes through', async (t) => {
  const program = createServer((request, response) => response.end(`${request.method} ${request.url}`))
  program.listen(0, '127.0.0.1')
  await once(program, 'listening')
  const api = await testApi()
  for (const handler of proxies()) api.server.api.addSubresource(handler)
  t.after(async () => {
    program.close()
    await api.end()
  })
  const pods = '/api/v1/namespaces/default/pods'
  const made = await api.ask('POST', pods, podNamed('web'))
  await api.ask('PUT', `${pods}/web/status`, { ...made.body, status: { podIP: '127.0.0.1' } })
  const root = `${pods}/web:${(program.address() as AddressInfo).port}/proxy`
  const ask = async (method: string) => {
    const response = await fetch(`${api.server.url}${root}?a=1`, { method, redirect: 'manual' })
    return `${response.status} ${response.headers.get('location') ?? (await response.text())}`
  }
  for (const method of ['GET', 'HEAD']) assert.equal(await ask(method), `301 ${root}/?a=1`)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    assert.equal(await ask(method), `200 ${method} /?a=1`)
})
