import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hasBrowser, openBrowser } from '../support/browser.ts'
import { visitConsole } from '../support/console-pages.ts'
import { goThrough } from '../support/console-story.ts'
import { gitHost } from '../support/dumb-git.ts'
import { greeter } from '../support/greeter.ts'
import { instanceFor } from '../support/instance.ts'

/** The console in a real browser, on an instance of its own. */

const instance = instanceFor('web', 3)
const url = `http://127.0.0.1:${instance.ports.platform}`
const folder = join(import.meta.dirname, 'screenshots')
const password = () => readFileSync(`${instance.home}/admin-password`, 'utf8').trim()
const skip = !hasBrowser() && 'no Chromium here'

const code = await greeter()

before(async () => {
  if (skip) return
  if (existsSync(instance.home)) await instance.uninstall()
  await instance.up()
})
after(async () => {
  code.remove()
  if (existsSync(instance.home)) await instance.uninstall()
})

test('the whole loop with mouse and keyboard alone', { skip }, async () => {
  const { nodeIP } = JSON.parse(readFileSync(`${instance.home}/config.json`, 'utf8')) as { nodeIP: string }
  const host = await gitHost(code.folder, nodeIP)
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en' })
    page.setDefaultTimeout(30_000)
    await goThrough(page, {
      url,
      password: password(),
      project: 'loop',
      repository: host.url,
      app: 'shop',
      front: instance.ports.http,
    })
  } finally {
    await browser.close()
    await host.close()
  }
})

test('every page is right in each look', { skip }, async () => {
  const launched = await instance.sampan(['launch', '--project', 'demo', '--name', 'perl'], { cwd: code.folder })
  if (launched.code !== 0) throw new Error(launched.stderr)
  const pushed = await code.git('push', 'sampan', 'main')
  if (pushed.code !== 0) throw new Error(pushed.stderr)
  await visitConsole({ url, password: password(), project: 'demo', app: 'perl', folder })
})
