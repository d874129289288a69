import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { hasBrowser, openBrowser } from '../support/browser.ts'
import { clusterPages } from '../support/cluster-pages.ts'
import { goThroughCluster, seeLittle } from '../support/cluster-story.ts'
import { visitConsole } from '../support/console-pages.ts'
import { greeter } from '../support/greeter.ts'
import { instanceFor } from '../support/instance.ts'

/** The cluster's part of the console on an instance of its own: any kind, YAML, terminals, the picture of a project. */

const instance = instanceFor('cluster', 8)
const url = `http://127.0.0.1:${instance.ports.platform}`
const project = 'demo'
const app = 'hello'
const code = await greeter()
const read = (file: string) => readFileSync(join(instance.home, file), 'utf8').trim()
let browser: Browser

before(async () => {
  if (existsSync(instance.home)) await instance.uninstall()
  await instance.up()
  const launched = await instance.sampan(['launch', '--project', project, '--name', app], { cwd: code.folder })
  assert.equal(launched.code, 0, launched.stderr)
  const pushed = await code.git('push', 'sampan', 'main')
  assert.equal(pushed.code, 0, pushed.stderr)
  if (hasBrowser()) browser = await openBrowser()
})

after(async () => {
  await browser?.close()
  code.remove()
  if (existsSync(instance.home)) await instance.uninstall()
})

/** A page of its own session; what the browser calls an error is collected. */
async function freshPage() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  return { page, problems, close: () => context.close() }
}

test('from YAML to a terminal, with two people at one object', { skip: !hasBrowser() }, async () => {
  const { page, problems, close } = await freshPage()
  await goThroughCluster(page, { url, password: read('admin-password'), token: read('admin-token'), project, app })
  assert.deepEqual(problems, [])
  await close()
})

test('who may nothing is told so and offered nothing', { skip: !hasBrowser() }, async () => {
  const user = 'stranger'
  const password = 'a-long-password-9'
  const made = await fetch(`${url}/api/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${read('admin-token')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: user, password }),
  })
  assert.equal(made.status, 201)
  const { page, problems, close } = await freshPage()
  await seeLittle(page, { url, user, password })
  assert.deepEqual(problems, [])
  await close()
})

test('ten thousand objects are listed by what is in sight', { skip: !hasBrowser() }, async () => {
  const token = read('admin-token')
  const name = (i: number) => `many-${String(i).padStart(5, '0')}`
  const make = (i: number) =>
    fetch(`${url}/kube/api/v1/namespaces/default/configmaps`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: name(i), labels: { of: 'many' } },
      }),
    })
  for (let from = 0; from < 10_000; from += 100) {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => make(from + i)))
    for (const { status } of answers) assert.equal(status, 201)
  }
  const { page, problems, close } = await freshPage()
  await page.goto(url)
  await page.locator('input[type=password]').fill(read('admin-password'))
  await page.keyboard.press('Enter')
  await page.locator('nav').first().waitFor()
  await page.goto(`${url}/cluster/kinds/configmaps?ns=default&q=of%3Dmany`)
  await page.getByRole('link', { name: name(0) }).waitFor()
  await page.locator('[role=table][aria-rowcount="10001"]').waitFor({ timeout: 60_000 })
  assert.ok((await page.locator('.table-row').count()) < 100, 'rows out of sight are in the page')
  await page.keyboard.press('End')
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
  await page.getByRole('link', { name: name(9_999) }).waitFor()
  await make(10_000)
  await page.locator('[role=table][aria-rowcount="10002"]').waitFor()
  assert.deepEqual(problems, [])
  await close()
})

test('every page in every look', { skip: !hasBrowser() }, async () => {
  const kube = async (path: string) =>
    (
      (await (
        await fetch(`${url}/kube${path}`, { headers: { authorization: `Bearer ${read('admin-token')}` } })
      ).json()) as { items: { metadata: { name: string } }[] }
    ).items[0]!.metadata.name
  await visitConsole({
    url,
    password: read('admin-password'),
    project,
    app,
    folder: join(import.meta.dirname, 'screenshots'),
    pages: clusterPages({
      project,
      app,
      pod: await kube(`/api/v1/namespaces/${project}-test/pods?labelSelector=sampan.dev%2Fapp%3D${app}`),
      node: await kube('/api/v1/nodes'),
    }),
  })
})
