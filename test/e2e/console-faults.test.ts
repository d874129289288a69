import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { configMap } from '@sampan/resources/core/config-map'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { hasBrowser, openBrowser, overflow } from '../support/browser.ts'
import { open, signIn } from '../support/console-pages.ts'
import { type ConsolePlatform, startConsolePlatform } from '../support/console-platform.ts'

/** What the console does when things go wrong: the real platform and rights in this process, a real browser. */

const skip = !hasBrowser() && 'no Chromium here'
const viewerPassword = 'viewer-password-1'
const maps = '/cluster/kinds/configmaps?ns=demo'
let platform: ConsolePlatform
let browser: Browser
let context: BrowserContext

const map = (name: string, data: Record<string, string> = { colour: 'blue' }) => ({
  metadata: { namespace: 'demo', name },
  data,
})

before(async () => {
  if (skip) return
  platform = await startConsolePlatform()
  await platform.ask('POST', '/api/users', { name: 'vera', password: viewerPassword })
  await platform.ask('POST', '/api/projects', { name: 'demo' })
  await platform.ask('PATCH', '/api/projects/demo', {
    members: [
      { user: 'admin', role: 'owner' },
      { user: 'vera', role: 'viewer' },
    ],
  })
  await platform.ask('POST', '/api/projects/demo/apps', {
    name: 'web',
    image: 'registry.test/web:1',
    parameters: { port: 80, env: { GREETING: 'hello' } },
  })
  await platform.run({ namespace: 'demo', name: 'talker' })
  await platform.client.create(configMap, map('first'))
  browser = await openBrowser()
})
beforeEach(async () => {
  if (skip) return
  platform.before = () => false
  await context?.close()
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' })
  context.setDefaultTimeout(60_000)
})
after(async () => {
  await browser?.close()
  await platform?.close()
})

/** A page of somebody who has signed in there. */
async function signedIn(path: string, [user, password] = ['admin', platform.password]): Promise<Page> {
  const page = await context.newPage()
  await open(page, platform.url + path, 'input[type=password]')
  await page.getByLabel('User').fill(user)
  await signIn(page, password)
  return page
}

const row = (page: Page, name: string) => page.locator('.table-row', { hasText: name })
const banner = (page: Page) => page.getByText(/No connection to the platform/)

test('a lost connection is said, and lists and logs go on without a gap', { skip }, async () => {
  platform.log.tick(40)
  const list = await signedIn(maps)
  await row(list, 'first').waitFor()
  const log = await context.newPage()
  await log.goto(`${platform.url}/cluster/kinds/pods/demo/talker?tab=logs`)
  await log.locator('.log-line', { hasText: 'tick' }).first().waitFor()

  await platform.cut()
  await banner(list).waitFor()
  await log.getByText('The connection was lost; trying again.').waitFor()
  await row(list, 'first').waitFor() // what is shown stays
  await platform.client.create(configMap, map('while-away'))
  await platform.client.remove(configMap, { namespace: 'demo', name: 'first' })
  await sleep(1_000)
  await platform.comeBack()

  await row(list, 'while-away').waitFor()
  await row(list, 'first').waitFor({ state: 'detached' })
  await banner(list).waitFor({ state: 'detached' })
  await platform.client.create(configMap, map('afterwards'))
  await row(list, 'afterwards').waitFor()

  const printed = platform.log.ticks
  await log.locator('.log-line', { hasText: new RegExp(`tick ${printed}\\b`) }).waitFor()
  await log.getByRole('button', { name: 'Pause' }).click()
  const text = await log.locator('.log-line').last().innerText()
  const last = Number(/tick (\d+)/.exec(text)?.[1])
  platform.log.tick(0.001)
  await log.getByLabel('Find in log').fill('tick')
  const found = log.getByText(/^[\d,]+ lines$/)
  await found.waitFor()
  // Every tick once: what was printed since is counted by the page too.
  const count = Number((await found.innerText()).replace(/\D/g, ''))
  assert.ok(count >= last + 1 && count <= platform.log.ticks, `${count} of ${platform.log.ticks} lines`)
  assert.equal(count, platform.log.ticks)
})

test('a session that ends is asked for over the page, and nothing on it is lost', { skip }, async () => {
  await platform.client.create(configMap, map('before-end'))
  const page = await signedIn('/projects/demo/apps/web/config')
  const list = await context.newPage()
  await list.goto(platform.url + maps)
  await row(list, 'before-end').waitFor()
  await page.getByLabel('Value GREETING').fill('good day')
  await page.getByText(/Staged changes: 1/).waitFor()

  await platform.endSessions()
  await page.getByRole('button', { name: 'Look and release' }).click()
  const dialog = page.getByRole('dialog', { name: 'Sign in' })
  await dialog.getByText(/Your session has ended/).waitFor()
  await dialog.locator('input[type=password]').fill(platform.password)
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  assert.equal(new URL(page.url()).pathname, '/projects/demo/apps/web/config')
  assert.equal(await page.getByLabel('Value GREETING').inputValue(), 'good day')
  await page.getByText(/Staged changes: 1/).waitFor()

  // The other tab: its connection breaks, is refused, and goes on when somebody has signed in again.
  await platform.client.create(configMap, map('after-end'))
  await row(list, 'after-end').waitFor()
})

test('a session that is revoked ends on the pages it has open, without anybody touching them', { skip }, async () => {
  const page = await signedIn(maps)
  await row(page, 'before-end').waitFor()
  await platform.endSessions()
  await page.getByRole('dialog', { name: 'Sign in' }).waitFor({ timeout: 5_000 })
})

test('a page whose code is gone says so once and is loaded anew at the same address', { skip }, async () => {
  // A console that was built anew begins with another script, and of the old one nothing is there that has not been loaded.
  let documents = 0
  let isGone = false
  platform.before = async (request, response) => {
    if (request.headers['sec-fetch-dest'] === 'document' && ++documents === 1) {
      const html = await readFile(join(import.meta.dirname, '../../apps/web/dist/index.html'), 'utf8')
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(html.replace('src="/assets/', 'src="/assets/../assets/')) // the same script, said otherwise
      return true
    }
    if (documents > 1 || !isGone || !request.url?.startsWith('/assets/')) return false
    response.writeHead(404).end()
    return true
  }
  const page = await signedIn('/')
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  isGone = true
  await page.getByRole('link', { name: 'Pipelines' }).click()
  await page.getByText('The console was updated, so this page was loaded again.').waitFor()
  await page.getByRole('heading', { level: 1, name: 'Pipelines' }).waitFor()
  assert.equal(new URL(page.url()).pathname, '/projects/demo/pipelines')
  assert.equal(documents, 2)
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Pipelines' }).waitFor()
  assert.equal(await page.getByText('The console was updated').count(), 0)
})

test('a wrong name is refused with the sentence at its field, by Enter and by the button', { skip }, async () => {
  const page = await signedIn('/')
  let sent = 0
  platform.before = ({ method, url }) => {
    if (method === 'POST' && url === '/api/projects') sent++
    return false
  }
  await page.getByRole('button', { name: 'New project' }).click()
  const dialog = page.getByRole('dialog')
  const name = dialog.getByLabel('Name')
  for (const wrong of ['My Shop', '1st', 'shop-']) {
    await name.fill(wrong)
    await page.keyboard.press('Enter')
    await dialog.locator('[class*=error]', { hasText: 'Lower-case letters' }).waitFor()
    assert.equal(await name.getAttribute('aria-invalid'), 'true', wrong)
    await dialog.getByRole('button', { name: 'Create' }).click()
    const focused = await page.evaluate('document.activeElement.getAttribute("aria-invalid")')
    assert.equal(focused, 'true', 'the field is where to go on')
  }
  assert.equal(sent, 0)
  await name.fill('shop-2')
  assert.equal(await name.getAttribute('aria-invalid'), null)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'shop-2' }).waitFor()
  assert.equal(sent, 1)
})

test('a variable that was typed but not added is part of what is sent', { skip }, async () => {
  const page = await signedIn('/projects/demo/apps/web/config?env=DATABASE_URL')
  const value = page.getByLabel('New value')
  await value.waitFor()
  assert.equal(await page.getByLabel('New name').inputValue(), 'DATABASE_URL')
  await value.fill('postgres://db/shop')
  await page.getByLabel('Instances').click()
  await page.getByText(/Staged changes: 1/).waitFor()
  assert.equal(await page.getByLabel('Value DATABASE_URL').inputValue(), 'postgres://db/shop')
})

test('times of a log are the reader’s, exact with their zone on hovering', { skip }, async () => {
  await context.close()
  context = await browser.newContext({ locale: 'en', timezoneId: 'Asia/Kathmandu' })
  context.setDefaultTimeout(60_000)
  platform.log.print('here and now')
  const page = await signedIn('/cluster/kinds/pods/demo/talker?tab=logs')
  await page.getByLabel('Find in log').fill('here and now')
  const time = page.locator('.log-line', { hasText: 'here and now' }).last().locator('time')
  await time.waitFor()
  const at = (await time.getAttribute('datetime'))!
  const there = new Date(Date.parse(at) + (5 * 60 + 45) * 60_000).toISOString()
  assert.equal((await time.innerText()).trim().slice(-8), there.slice(11, 19))
  assert.match(
    (await time.getAttribute('title'))!,
    new RegExp(`^${there.slice(0, 10)} ${there.slice(11, 19)}.* \\+05:45$`),
  )
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ])
  assert.match(await readFile((await file.path())!, 'utf8'), /^\d{4}-\d\d-\d\dT[\d:.]+Z here and now$/m)
})

test('a list whose watch was refused goes on after signing in again', { skip }, async () => {
  const list = await signedIn(maps)
  await row(list, 'before-end').waitFor()
  await platform.endSessions()
  await platform.cut()
  await platform.comeBack()
  const dialog = list.getByRole('dialog', { name: 'Sign in' })
  await dialog.locator('input[type=password]').fill(platform.password)
  await list.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await platform.client.create(configMap, map('signed-in-again'))
  await row(list, 'signed-in-again').waitFor()
  await banner(list).waitFor({ state: 'detached' })
})

test('a wrong password is said at the form, which keeps what was typed', { skip }, async () => {
  const page = await context.newPage()
  await page.goto(platform.url)
  await page.getByLabel('User').fill('vera')
  await page.locator('input[type=password]').fill('not it')
  await page.keyboard.press('Enter')
  await page.getByText(/Wrong name or password/).waitFor()
  await sleep(500) // it stays
  assert.ok(await page.getByText(/Wrong name or password/).isVisible())
  assert.equal(await page.getByLabel('User').inputValue(), 'vera')
})

test('without a session the address asked for comes right after signing in', { skip }, async () => {
  const page = await signedIn('/projects/demo/pipelines?q=x')
  await page.getByRole('heading', { level: 1, name: 'Pipelines' }).waitFor()
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/projects/demo/pipelines?q=x')
})

test('who may only look is offered nothing else, and told why', { skip }, async () => {
  const page = await signedIn('/', ['vera', viewerPassword])
  await page.getByRole('link', { name: /demo/ }).first().waitFor()
  assert.equal(await page.getByRole('button', { name: 'New project' }).count(), 0)
  assert.equal(await page.getByRole('navigation').getByRole('link', { name: 'Users' }).count(), 0)

  await page.goto(`${platform.url}/projects/demo/apps/web/settings`)
  await page.getByRole('heading', { level: 1, name: 'web' }).waitFor()
  await page.getByRole('tabpanel').waitFor()
  for (const name of ['Scale', 'Delete app', 'Restart', 'Add'])
    assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name)
  await page.goto(`${platform.url}/projects/demo/apps/web/config`)
  await page.getByText(/role/i).first().waitFor()
  assert.equal(await page.getByLabel('Value GREETING').isDisabled(), true)

  // An address typed by hand is answered with the server's sentence.
  await page.goto(`${platform.url}/cluster/kinds/secrets?ns=demo`)
  await page
    .getByRole('alert')
    .getByText(/vera.*(cannot|may not)/)
    .waitFor()
  await page.goto(`${platform.url}/platform/users`)
  await page.getByRole('alert').first().waitFor()
  await page.goto(`${platform.url}/cluster/kinds/configmaps/demo/before-end?tab=yaml`)
  await page.getByText('Your role lets you read this, not change it.').waitFor()
})

test('two people edit one object: both changes are shown, nothing is overwritten', { skip }, async () => {
  const made = map('shared', { colour: 'blue', size: 'small' })
  await platform.client.create(configMap, made)
  const page = await signedIn('/cluster/kinds/configmaps/demo/shared?tab=yaml')
  await replaceInEditor(page, 'colour: blue', 'colour: red')
  await page.getByRole('button', { name: 'Review changes' }).waitFor()
  await platform.client.patch(configMap, made.metadata, { data: { colour: 'green', size: 'large' } })
  await page.getByText(/changed on the server meanwhile/).waitFor()
  await page.getByRole('button', { name: 'Review changes' }).click()
  await page.getByText('Both changed the same field').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true)
  await page.getByRole('radio', { name: 'Mine' }).check()

  // Somebody is faster once more, between review and saving.
  await page.getByRole('button', { name: 'Save', exact: true, disabled: false }).waitFor()
  await platform.client.patch(configMap, made.metadata, { data: { weight: 'light' } })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Somebody was faster: look at the changes again.').waitFor()
  await page.getByRole('button', { name: 'Save', exact: true, disabled: false }).click()
  await page.getByText('Saved').waitFor()
  const { data } = await platform.client.get(configMap, made.metadata)
  assert.deepEqual(data, { colour: 'red', size: 'large', weight: 'light' })
})

test('staged changes on an app that somebody else has changed are not released over it', { skip }, async () => {
  const page = await signedIn('/projects/demo/apps/web/config')
  await page.getByLabel('Value GREETING').fill('mine')
  await page.getByText(/Staged changes: 1/).waitFor()
  await platform.ask('PATCH', '/api/projects/demo/apps/web/parameters', { env: { GREETING: 'theirs' } })
  await page.getByText('The app was changed meanwhile').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Look and release' }).count(), 0)
  const before = (await platform.ask('GET', '/api/projects/demo/apps/web')) as {
    app: { spec: { parameters: { env: object } } }
  }
  assert.deepEqual(before.app.spec.parameters.env, { GREETING: 'theirs' })
  await page.getByRole('button', { name: 'Keep mine on top of it' }).click()
  await page.getByText(/Staged changes: 1/).waitFor()

  // Faster still, while the difference is being looked at: the server refuses, the page says so.
  await page.getByRole('button', { name: 'Look and release' }).click()
  const release = page.getByRole('dialog').getByRole('button', { name: 'Release', exact: true })
  await release.waitFor()
  await platform.ask('PATCH', '/api/projects/demo/apps/web/parameters', { env: { GREETING: 'theirs again' } })
  await release.click()
  await page.getByRole('dialog').getByRole('alert').waitFor()
  const after = (await platform.ask('GET', '/api/projects/demo/apps/web')) as typeof before
  assert.deepEqual(after.app.spec.parameters.env, { GREETING: 'theirs again' })
})

test('a failing server is quoted, with the request to tell its operators', { skip }, async () => {
  const page = await signedIn('/')
  const wrong = { status: 500, title: 'Internal', detail: 'The store is out of room.', instance: 'req-4711' }
  platform.before = (request, response) => {
    if (!/^\/(api\/(projects|users)|kube\/.*configmaps)/.test(request.url ?? '')) return false
    return respond(response, 500, JSON.stringify(wrong), 'application/problem+json')
  }
  await page.goto(`${platform.url}/platform/users`)
  const alert = page.getByRole('alert').first()
  await alert.getByText('The store is out of room.').waitFor()
  await alert.getByText(/req-4711/).waitFor()
  await page.goto(platform.url + maps)
  await page.getByRole('alert').getByText('The store is out of room.').first().waitFor()

  // What stands in between speaks HTML; it is not shown as if it were the platform's.
  platform.before = (request, response) =>
    request.url?.startsWith('/api/users') === true && respond(response, 502, '<h1>Bad Gateway</h1>', 'text/html')
  await page.goto(`${platform.url}/platform/users`)
  await page.getByRole('alert').getByText(/502/).waitFor()
  platform.before = () => false
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('vera').first().waitFor()
})

test('what apps print and people write is text, whatever is in it', { skip }, async () => {
  const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>'
  await platform.ask('PATCH', '/api/projects/demo', { title: evil })
  await platform.client.create(configMap, map('evil', { 'key.html': evil }))
  platform.log.print(
    evil,
    '\u001b[31mred\u001b[0m \u001b[2J\u001b[10;10Hmoved \u001b]0;title\u0007 \u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007',
    'price \u202e000,1\u202c EUR \u2066hidden\u2069',
    `long ${'x'.repeat(10_000)} end`,
    `huge ${'y'.repeat(1_000_000)} end`,
    'last words',
  )
  const page = await signedIn('/')
  const broken: string[] = []
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && broken.push(message.text()))
  page.on('pageerror', (error) => broken.push(error.message))
  await page.getByText(evil, { exact: true }).first().waitFor()
  await page.goto(`${platform.url}/cluster/kinds/configmaps/demo/evil`)
  await page
    .getByText(/onerror/)
    .first()
    .waitFor()
  await page.goto(`${platform.url}/cluster/kinds/configmaps/demo/evil?tab=yaml`)
  await page.locator('.cm-line', { hasText: 'onerror' }).first().waitFor()

  await page.goto(`${platform.url}/cluster/kinds/pods/demo/talker?tab=logs`)
  const line = (text: string) => page.locator('.log-line', { hasText: text })
  await line('last words').waitFor()
  await line('onerror').waitFor()
  assert.match(await line('moved').innerText(), /red moved {2}link$/)
  // A direction that is turned round would show another text than was printed: it is named instead.
  assert.match(await line('price').innerText(), /price ⟨U\+202E⟩000,1⟨U\+202C⟩ EUR ⟨U\+2066⟩hidden⟨U\+2069⟩/)
  assert.match(await line('long xxx').innerText(), /x{10000} end$/)
  assert.match(await line('huge yyy').innerText(), /y{1000}… \+[\d,]+$/)
  assert.equal(await overflow(page), 0)
  await page.getByLabel('Find in log').fill('xxxx')
  await line('long').locator('mark').first().waitFor()

  assert.equal(await page.evaluate('window.hacked'), undefined)
  assert.equal(await page.locator('main img, main script').count(), 0)
  assert.deepEqual(broken, [])
  const { headers } = await fetch(platform.url).then(({ headers }) => ({ headers }))
  assert.match(headers.get('content-security-policy') ?? '', /script-src 'self';/)
  await platform.ask('PATCH', '/api/projects/demo', { title: 'Demo' })
})

test('a very slow API: words while waiting, nothing called empty, nothing that does not answer', { skip }, async () => {
  const page = await signedIn('/')
  platform.before = async (request) => {
    if (/^\/(api|kube)\//.test(request.url ?? '')) await sleep(1_500)
    return false
  }
  await page.goto(platform.url + maps, { waitUntil: 'commit' })
  await page.getByText('Loading…').first().waitFor()
  const early = await page.locator('.empty').count()
  await row(page, 'before-end').waitFor()
  assert.equal(early, 0)
  await page.goto(platform.url, { waitUntil: 'commit' })
  await page.getByRole('navigation').waitFor()
  // The page answers while it waits.
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('nodes')
  await page.getByRole('option', { name: /Nodes/ }).first().waitFor()
  assert.equal(await page.getByText('There is nothing here').count(), 0)
})

test('the palette finds every object, however many there are', { skip }, async () => {
  for (let i = 0; i < 2_300; i++) await platform.client.create(configMap, map(`many-${i}`))
  const page = await signedIn('/')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('many-2299')
  await page.getByRole('option', { name: /many-2299/ }).click()
  await page.getByRole('heading', { level: 1, name: 'many-2299' }).waitFor()
})

function respond(response: ServerResponse, status: number, text: string, type: string): true {
  response.writeHead(status, { 'content-type': type }).end(text)
  return true
}

async function replaceInEditor(page: Page, from: string, to: string) {
  await page.locator('.cm-line', { hasText: from }).click()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+End')
  await page.keyboard.type(to)
}
