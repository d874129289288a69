import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '@sampan/client/client'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { configMap } from '@sampan/resources/core/config-map'
import { node } from '@sampan/resources/core/node'
import { pod } from '@sampan/resources/core/pod'
import { roleBinding } from '@sampan/resources/rbac/role-binding'
import type { Browser } from 'playwright-core'
import { hasBrowser, openBrowser } from '../support/browser.ts'
import { clusterPages } from '../support/cluster-pages.ts'
import { goThroughCluster, seeLittle } from '../support/cluster-story.ts'
import { pagesOf, signIn, visitConsole } from '../support/console-pages.ts'
import { goThrough } from '../support/console-story.ts'
import { gitHost } from '../support/dumb-git.ts'
import { greeter } from '../support/greeter.ts'
import { instanceFor } from '../support/instance.ts'

/**
 * The console in a real browser, on an instance of its own; with SAMPAN_TEST_HOME on one that runs already, for those who
 * work on this. `LOOK=name` keeps only pages whose name has it, `ALL_LOOKS=1` visits each in all eight looks.
 */
const given = process.env.SAMPAN_TEST_HOME
const instance = instanceFor('web', 3)
const home = given ?? instance.home
const skip = !hasBrowser() && 'no Chromium here'
const read = (file: string) => readFileSync(join(home, file), 'utf8').trim()
const config = () => JSON.parse(read('config.json')) as { nodeIP: string; ports: { platform: number; http: number } }
const address = () => `http://127.0.0.1:${config().ports.platform}`
/** Of names that must not be there yet. */
const own = given ? Date.now().toString(36).slice(-5) : ''
const project = `demo${own}`
const app = 'hello'
const space = `${project}-test`

const code = await greeter()
let browser: Browser
let client: Client

before(async () => {
  if (skip) return
  if (!given) {
    if (existsSync(home)) await instance.uninstall()
    await instance.up()
  }
  client = clientOver(httpTransport(await readKubeconfig(join(home, 'kubeconfig'))))
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  code.remove()
  if (!given && existsSync(home)) await instance.uninstall()
})

/** A page of its own session. What the browser calls an error fails the test; what is to be seen then is kept as a picture. */
async function inBrowser(name: string, play: (page: Awaited<ReturnType<Browser['newPage']>>) => Promise<void>) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  try {
    await play(page)
    assert.deepEqual(problems, [])
  } catch (error) {
    await page.screenshot({ path: join(import.meta.dirname, 'screenshots', `failed-${name}.png`) })
    throw error
  } finally {
    await context.close()
  }
}

async function eventually(isSo: () => Promise<boolean>) {
  for (let tries = 0; !(await isSo()); tries++) {
    assert.ok(tries < 300, 'not within half a minute')
    await wait(100)
  }
}

test('the whole loop with mouse and keyboard alone', { skip }, async () => {
  const host = await gitHost(code.folder, config().nodeIP)
  try {
    await inBrowser('loop', (page) =>
      goThrough(page, {
        url: address(),
        password: read('admin-password'),
        project: `loop${own}`,
        repository: host.url,
        app: 'shop',
        front: config().ports.http,
      }),
    )
  } finally {
    await host.close()
  }
})

test('an app by git push, for what follows to look at', { skip }, async () => {
  const env = { SAMPAN_HOME: home }
  const launched = await instance.sampan(['launch', '--project', project, '--name', app], { cwd: code.folder, env })
  assert.equal(launched.code, 0, launched.stderr)
  const pushed = await code.git('push', 'sampan', 'main')
  assert.equal(pushed.code, 0, pushed.stderr)
})

test('from YAML to a terminal, with two people at one object', { skip }, () =>
  inBrowser('cluster', (page) =>
    goThroughCluster(page, {
      url: address(),
      password: read('admin-password'),
      token: read('admin-token'),
      project,
      app,
    }),
  ),
)

test('who may little is told so and offered nothing else', { skip }, async () => {
  const user = `stranger${own}`
  const password = 'a-long-password-9'
  const asAdmin = (method: string, path: string, body: unknown) =>
    fetch(address() + path, {
      method,
      headers: { authorization: `Bearer ${read('admin-token')}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  assert.equal((await asAdmin('POST', '/api/users', { name: user, password })).status, 201)
  const enter = async (role: 'viewer' | 'developer') => {
    const members = [
      { user: 'admin', role: 'owner' },
      { user, role },
    ]
    assert.equal((await asAdmin('PATCH', `/api/projects/${project}`, { members })).status, 200)
    for (const namespace of [project, space]) {
      await eventually(async () => {
        const { subjects = [] } = await client.get(roleBinding, { namespace, name: `sampan:${role}` })
        return subjects.some((one) => one.name === user)
      })
    }
  }
  await inBrowser('stranger', (page) => seeLittle(page, { url: address(), user, password, project, app, enter }))
})

test('ten thousand objects are listed by what is in sight', { skip }, async () => {
  const labels = { of: `many${own}` }
  const name = (i: number) => `many${own}-${String(i).padStart(5, '0')}`
  const make = (i: number) =>
    client.create(configMap, { metadata: { namespace: 'default', name: name(i), labels } } as never)
  for (let from = 0; from < 10_000; from += 200)
    await Promise.all(Array.from({ length: 200 }, (_, i) => make(from + i)))
  await inBrowser('many', async (page) => {
    await page.goto(address())
    await signIn(page, read('admin-password'))
    await page.goto(`${address()}/cluster/kinds/configmaps?ns=default&q=of%3Dmany${own}`)
    await page.getByRole('link', { name: name(0) }).waitFor()
    await page.locator('[role=table][aria-rowcount="10001"]').waitFor()
    assert.ok((await page.locator('.table-row').count()) < 100, 'rows out of sight are in the page')
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
    await page.getByRole('link', { name: name(9_999) }).waitFor()
    await make(10_000)
    await page.locator('[role=table][aria-rowcount="10002"]').waitFor()
  })
})

test('every page is right in each look', { skip }, async () => {
  const labels = `sampan.dev/app=${app}`
  const names = {
    pod: (await client.list(pod, { namespace: space, labels })).items[0]!.metadata.name,
    node: (await client.list(node)).items[0]!.metadata.name,
  }
  await visitConsole({
    url: address(),
    password: read('admin-password'),
    folder: join(import.meta.dirname, 'screenshots'),
    pages: [...pagesOf({ project, app }), ...clusterPages({ project, app, ...names })].filter(({ name }) =>
      name.includes(process.env.LOOK ?? ''),
    ),
  })
})
