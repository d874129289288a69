import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { memoryStore } from '@sampan/store/memory'
import { type Api, configMap, deploymentNamed, mergePatchType, podNamed, testApi } from './api.test-support.ts'
import { systemUser } from './auth/interfaces.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' }
const names = (items: { metadata: { name: string } }[]) => items.map(({ metadata }) => metadata.name)

describe('reads', () => {
  let api: Api
  before(async () => {
    api = await testApi({ store: memoryStore({ history: { changes: 40 } }) })
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await api.ask('POST', maps, configMap(name, { n: name }, { labels: { half: name < 'c' ? 'first' : 'second' } }))
  })
  after(() => api.end())

  test('get answers the object, in the form asked for', async () => {
    const plain = await api.ask('GET', `${maps}/a`)
    assert.deepEqual([plain.body.kind, plain.body.data], ['ConfigMap', { n: 'a' }])
    const shown = await api.ask('GET', `${maps}/a`, undefined, table)
    assert.deepEqual([shown.body.kind, shown.body.rows[0].cells.slice(0, 2)], ['Table', ['a', 1]])
    assert.equal(shown.body.rows[0].object.kind, 'PartialObjectMetadata')
    const metadata = await api.ask('GET', `${maps}/a`, undefined, {
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    })
    assert.deepEqual([metadata.body.kind, metadata.body.data], ['PartialObjectMetadata', undefined])
    assert.equal((await api.ask('GET', `${maps}/a`, undefined, { accept: 'text/html' })).status, 406)
  })

  test('list has the kind, a revision and the items in order', async () => {
    const { body } = await api.ask('GET', maps)
    assert.deepEqual(
      [body.kind, body.apiVersion, names(body.items)],
      ['ConfigMapList', 'v1', ['a', 'b', 'c', 'd', 'e']],
    )
    assert.match(body.metadata.resourceVersion, /^[1-9]\d*$/)
    const everywhere = await api.ask('GET', '/api/v1/configmaps')
    assert.equal(everywhere.body.items.length, 5)
  })

  const selections: [string, string[]][] = [
    ['labelSelector=half%3Dfirst', ['a', 'b']],
    ['labelSelector=half!%3Dfirst', ['c', 'd', 'e']],
    ['labelSelector=half in (first,other)', ['a', 'b']],
    ['labelSelector=!half', []],
    ['fieldSelector=metadata.name%3Dc', ['c']],
    ['fieldSelector=metadata.name!%3Dc,metadata.namespace%3Ddefault', ['a', 'b', 'd', 'e']],
  ]
  for (const [query, want] of selections)
    test(`list selects by ${decodeURIComponent(query)}`, async () => {
      assert.deepEqual(names((await api.ask('GET', `${maps}?${query}`)).body.items), want)
    })

  const refusals: [string, number, RegExp][] = [
    ['fieldSelector=data.x%3Dy', 400, /field label not supported: data.x/],
    ['labelSelector=a%3D%3D%3Db', 400, /unable to parse requirement/],
    ['resourceVersion=x', 400, /Invalid resource version/],
    ['resourceVersionMatch=Exact', 422, /forbidden unless resourceVersion is provided/],
    ['resourceVersion=0&resourceVersionMatch=Exact', 422, /is forbidden for resourceVersion "0"/],
    ['continue=nonsense', 400, /continue key is not valid/],
    ['sendInitialEvents=true', 422, /sendInitialEvents is forbidden for list/],
    ['watch=true&sendInitialEvents=true', 422, /resourceVersionMatch/],
  ]
  for (const [query, status, message] of refusals)
    test(`list refuses ${query}`, async () => {
      const reply = await api.ask('GET', `${maps}?${query}`)
      assert.equal(reply.status, status)
      assert.match(reply.body.message, message)
    })

  test('pages show one state, whatever is written meanwhile', async () => {
    const first = await api.ask('GET', `${maps}?limit=2`)
    assert.deepEqual([names(first.body.items), first.body.metadata.remainingItemCount], [['a', 'b'], 3])
    await api.ask('PATCH', `${maps}/d`, { data: { late: 'x' } }, mergePatchType)
    const second = await api.ask('GET', `${maps}?limit=2&continue=${first.body.metadata.continue}`)
    assert.deepEqual(names(second.body.items), ['c', 'd'])
    assert.equal(second.body.items[1].data.late, undefined)
    assert.equal(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion)
    const last = await api.ask('GET', `${maps}?limit=2&continue=${second.body.metadata.continue}`)
    assert.deepEqual([names(last.body.items), last.body.metadata.continue], [['e'], undefined])
  })

  test('pages with a selector are full and end', async () => {
    const first = await api.ask('GET', `${maps}?limit=2&labelSelector=half%3Dsecond`)
    assert.deepEqual([names(first.body.items), first.body.metadata.remainingItemCount], [['c', 'd'], undefined])
    const rest = await api.ask(
      'GET',
      `${maps}?limit=2&labelSelector=half%3Dsecond&continue=${first.body.metadata.continue}`,
    )
    assert.deepEqual([names(rest.body.items), rest.body.metadata.continue], [['e'], undefined])
  })

  test('a page too old says 410 and how to go on', async () => {
    const first = await api.ask('GET', `${maps}?limit=2`)
    for (let i = 0; i < 50; i++) await api.ask('PATCH', `${maps}/e`, { data: { i: String(i) } }, mergePatchType)
    const gone = await api.ask('GET', `${maps}?limit=2&continue=${first.body.metadata.continue}`)
    assert.deepEqual([gone.status, gone.body.reason], [410, 'Expired'])
    const on = await api.ask('GET', `${maps}?limit=2&continue=${gone.body.metadata.continue}`)
    assert.deepEqual(names(on.body.items), ['c', 'd'])
    const stale = await api.watch(`${maps}?watch=true&resourceVersion=1`)
    const { type, object } = await stale.next()
    assert.deepEqual([type, object.code, object.reason], ['ERROR', 410, 'Expired'])
    stale.close()
  })

  test('a revision from the future is waited for, then refused', async () => {
    const reply = await api.ask('GET', `${maps}?resourceVersion=99999999`)
    assert.deepEqual([reply.status, reply.body.reason, reply.headers.get('retry-after')], [504, 'Timeout', '1'])
    assert.equal(reply.body.details.causes[0].reason, 'ResourceVersionTooLarge')
  })

  test('a watch tells what happens, and deletions with their own revision', async () => {
    const { body } = await api.ask('GET', maps)
    const watch = await api.watch(`${maps}?watch=true&resourceVersion=${body.metadata.resourceVersion}`)
    await api.ask('POST', maps, configMap('w'))
    const changed = await api.ask('PATCH', `${maps}/w`, { data: { a: 'b' } }, mergePatchType)
    await api.ask('DELETE', `${maps}/w`)
    const seen = [await watch.next(), await watch.next(), await watch.next()]
    assert.deepEqual(
      seen.map(({ type, object }) => `${type} ${object.metadata.name}`),
      ['ADDED w', 'MODIFIED w', 'DELETED w'],
    )
    assert.ok(Number(seen[2].object.metadata.resourceVersion) > Number(changed.body.metadata.resourceVersion))
    watch.close()
  })

  test('a watch with a selector sees objects enter and leave', async () => {
    const watch = await api.watch(`${maps}?watch=true&labelSelector=half%3Dfirst&fieldSelector=metadata.name%3Db`)
    assert.equal((await watch.next()).type, 'ADDED')
    await api.ask('PATCH', `${maps}/b`, { metadata: { labels: { half: 'second' } } }, mergePatchType)
    const left = await watch.next()
    assert.deepEqual([left.type, left.object.metadata.labels.half], ['DELETED', 'first'])
    await api.ask('PATCH', `${maps}/b`, { metadata: { labels: { half: 'first' } } }, mergePatchType)
    assert.equal((await watch.next()).type, 'ADDED')
    watch.close()
  })

  test('a watch list begins with the state and says where it ends', async () => {
    const watch = await api.watch(
      `${maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    )
    const seen = []
    for (let event = await watch.next(); event.type !== 'BOOKMARK'; event = await watch.next()) seen.push(event)
    assert.equal(seen.length, 5)
    await api.ask('POST', maps, configMap('later'))
    assert.deepEqual((await watch.next()).object.metadata.name, 'later')
    watch.close()
    await api.ask('DELETE', `${maps}/later`)
  })

  test('a watch ends at its timeout with a bookmark', async () => {
    const watch = await api.watch(
      `${maps}?watch=true&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=${api.server.store.revision}`,
    )
    assert.equal((await watch.next()).type, 'BOOKMARK')
    assert.equal(await watch.next(), undefined)
  })

  test('no change is lost where watches end and begin again, whatever the time of day does meanwhile', async () => {
    const transport = api.server.api.transport(systemUser)
    const seen = new Set<string>()
    const realNow = Date.now
    const stop = new AbortController()
    let from = api.server.store.revision
    const following = (async () => {
      while (!stop.signal.aborted) {
        const path = `${maps}?watch=true&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=${from}`
        const watch = await transport.send({ method: 'GET', path, signal: stop.signal })
        for await (const event of watch.events()) {
          const { metadata } = event.object as { metadata: { name: string; resourceVersion: string } }
          from = Number(metadata.resourceVersion)
          if (event.type === 'ADDED') seen.add(metadata.name)
        }
      }
    })()
    const made: string[] = []
    try {
      for (const end = performance.now() + 2500; performance.now() < end; ) {
        Date.now = () => realNow() + (made.length % 20 === 10 ? 5 * 3_600_000 : 0)
        const name = `steady-${made.length}`
        await api.ask('POST', maps, configMap(name))
        made.push(name)
      }
    } finally {
      Date.now = realNow
    }
    for (let tries = 0; seen.size < made.length && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20))
    stop.abort()
    await following
    assert.deepEqual(
      made.filter((name) => !seen.has(name)),
      [],
    )
    for (const name of made) await api.ask('DELETE', `${maps}/${name}`)
  })

  test('a table watch has columns in its first event only', async () => {
    const watch = await api.watch(`${maps}?watch=true`, table)
    const first = await watch.next()
    const second = await watch.next()
    assert.equal(first.object.kind, 'Table')
    assert.equal(first.object.columnDefinitions[0].name, 'Name')
    assert.equal(second.object.columnDefinitions, null)
    watch.close()
  })

  test('callers inside the process share the stored objects', async () => {
    const transport = api.server.api.transport(systemUser)
    const read = async () => (await transport.send({ method: 'GET', path: `${maps}/a` })).object()
    assert.equal(await read(), await read())
    const list = (await (await transport.send({ method: 'GET', path: maps })).object()) as { items: unknown[] }
    assert.equal(list.items[0], await read())
    const stop = new AbortController()
    const watch = await transport.send({ method: 'GET', path: `${maps}?watch=true`, signal: stop.signal })
    for await (const event of watch.events()) {
      assert.deepEqual([event.type, event.object], ['ADDED', await read()])
      break
    }
    stop.abort()
  })

  test('pods are found by the fields of their kind', async () => {
    const pods = '/api/v1/namespaces/default/pods'
    await api.ask('POST', pods, podNamed('here', { nodeName: 'n1' }))
    await api.ask('POST', pods, podNamed('nowhere'))
    const found = await api.ask('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1')
    assert.deepEqual(names(found.body.items), ['here'])
    const free = await api.ask('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3D,status.phase!%3DSucceeded')
    assert.deepEqual(names(free.body.items), ['nowhere'])
  })

  test('health, version, discovery and OpenAPI answer', async () => {
    for (const path of ['/healthz', '/livez', '/readyz', '/readyz/ping'])
      assert.equal((await api.ask('GET', path)).body, 'ok')
    assert.match((await api.ask('GET', '/version')).body.gitVersion, /^v1\.\d+\.\d+/)
    assert.deepEqual((await api.ask('GET', '/api')).body.versions, ['v1'])
    const core = await api.ask('GET', '/api/v1')
    assert.deepEqual(core.body.resources.find((one: { name: string }) => one.name === 'pods/eviction').group, 'policy')
    const all = await api.ask('GET', '/apis', undefined, {
      accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
    })
    assert.equal(
      all.headers.get('content-type'),
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    )
    const apps = all.body.items.find((one: { metadata: { name: string } }) => one.metadata.name === 'apps')
    assert.deepEqual(
      apps.versions[0].resources
        .find((one: { resource: string }) => one.resource === 'deployments')
        .subresources.map((one: { subresource: string }) => one.subresource),
      ['scale', 'status'],
    )
    const same = await api.ask('GET', '/apis', undefined, {
      accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
      'if-none-match': all.headers.get('etag')!,
    })
    assert.equal(same.status, 304)
    const index = await api.ask('GET', '/openapi/v3')
    const document = await api.ask('GET', index.body.paths['apis/apps/v1'].serverRelativeURL)
    const item = document.body.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']
    assert.ok(item.patch.parameters.some((one: { name: string }) => one.name === 'fieldValidation'))
    assert.ok(document.body.components.schemas['io.k8s.api.core.v1.PodSpec'].properties.containers)
  })

  test('every reference in an OpenAPI document leads somewhere', async () => {
    const index = await api.ask('GET', '/openapi/v3')
    for (const { serverRelativeURL } of Object.values(index.body.paths) as { serverRelativeURL: string }[]) {
      const { body } = await api.ask('GET', serverRelativeURL)
      const text = JSON.stringify(body)
      for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
        assert.ok(body.components.schemas[name!], `${name} in ${serverRelativeURL}`)
    }
  })

  test('a deployment answers the same through PUT of what was read', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments'
    const { body } = await api.ask('POST', path, deploymentNamed('same'))
    const again = await api.ask('PUT', `${path}/same`, body)
    assert.deepEqual(again.body, body)
  })
})
