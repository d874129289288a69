import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { messages } from '../../apps/web/src/data/messages.ts'
import { serverSentences } from '../../apps/web/src/messages/server.ts'
import { type Look, looks, openBrowser, overflow } from './browser.ts'

export interface ConsoleVisit {
  url: string
  password: string
  /** Where screenshots go. */
  folder: string
  looks?: readonly Look[]
  pages: readonly ConsolePage[]
}

export interface ConsolePage {
  name: string
  path: string
  /** Something that is only there when the page has what it shows. */
  ready: string
}

/** Every page of the console, as somebody who may everything sees it. */
export const pagesOf = ({ project, app }: { project: string; app: string }): ConsolePage[] => {
  const home = `/projects/${project}`
  const own = `${home}/apps/${app}`
  return [
    { name: 'home', path: '/', ready: 'a.tile' },
    { name: 'project', path: home, ready: 'a.tile' },
    { name: 'add', path: `${home}/add`, ready: 'a.tile' },
    ...['git', 'push', 'upload', 'image', 'sample'].map((way) => ({
      name: `add-${way}`,
      path: `${home}/add/${way}`,
      ready: 'button[type=submit]',
    })),
    { name: 'add-yaml', path: `${home}/add/yaml`, ready: 'main h1' },
    { name: 'app', path: own, ready: 'main table tbody tr' },
    { name: 'app-releases', path: `${own}/releases?show=1&view=yaml`, ready: '.code' },
    { name: 'app-logs', path: `${own}/logs`, ready: '.log-line' },
    { name: 'app-config', path: `${own}/config`, ready: 'input[name=replicas]' },
    { name: 'app-network', path: `${own}/network`, ready: 'main .panel a' },
    { name: 'app-settings', path: `${own}/settings`, ready: '.danger button' },
    { name: 'pipelines', path: `${home}/pipelines`, ready: '.table-row' },
    { name: 'pipeline', path: `${home}/pipelines/${app}-1`, ready: '.log-line' },
    { name: 'config', path: `${home}/config`, ready: '[role=tabpanel] h2, [role=tabpanel] .panel' },
    { name: 'config-secrets', path: `${home}/config?tab=secrets`, ready: '.table-row' },
    { name: 'project-settings', path: `${home}/settings`, ready: '.danger button' },
    { name: 'users', path: '/platform/users', ready: 'main .line' },
    { name: 'disk', path: '/platform/disk', ready: '[role=progressbar]' },
    { name: 'service-types', path: '/platform/types', ready: '.table-row' },
    { name: 'platform-settings', path: '/platform/settings', ready: 'main dl' },
    { name: 'about', path: '/platform/about', ready: 'main .panel .state' },
    { name: 'account', path: '/account', ready: 'main input' },
    { name: 'nowhere', path: '/no/such/page', ready: '.empty' },
  ]
}

/** Signs in with a keyboard and goes through every page in every look; throws at the end with everything that is not right. */
export async function visitConsole(visit: ConsoleVisit): Promise<void> {
  mkdirSync(visit.folder, { recursive: true })
  const browser = await openBrowser()
  const problems: string[] = []
  try {
    for (const look of visit.looks ?? looks) problems.push(...(await visitAs(browser, look, visit)))
  } finally {
    await browser.close()
  }
  assert.deepEqual(problems, [])
}

async function visitAs(browser: Browser, look: Look, visit: ConsoleVisit): Promise<string[]> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 900 },
    colorScheme: look.scheme,
    locale: look.language,
  })
  const words = `${look.width} ${look.scheme} ${look.language}`
  const problems: string[] = []
  const page = await context.newPage()
  page.on('pageerror', (error) => problems.push(`${words}: ${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    // Refusals are answers, which Chromium logs as errors; a policy that is broken is a defect.
    if (message.type() === 'error' && /Content Security Policy|inline/.test(message.text()))
      problems.push(`${words}: ${message.text()}`)
  })
  const check = async (name: string) => {
    await page.screenshot({ path: join(visit.folder, `${name}-${look.width}-${look.scheme}-${look.language}.png`) })
    problems.push(...(await wrongWith(page, look)).map((what) => `${words}: ${name}: ${what}`))
  }
  await page.goto(visit.url)
  await page.locator('input[type=password]').waitFor()
  await check('sign-in')
  await signIn(page, visit.password)
  for (const { name, path, ready } of visit.pages) {
    await open(page, visit.url + path, ready).catch((error: Error) =>
      problems.push(`${words}: ${name}: ${error.message}`),
    )
    await check(name)
  }
  await context.close()
  return problems
}

/** An address without a page: what was shown before is gone there, so that nothing of it is taken for the next page. */
const between = '/no/such/page'

/**
 * Goes to an address as links do, without loading the console anew, and waits for what it shows. A second try loads it: the
 * machine's network may have changed under a request.
 */
export async function open(page: Page, address: string, ready: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      if (tries > 1) await page.goto(address)
      else {
        await goWithin(page, between)
        await page.locator('#content .empty').waitFor()
        await goWithin(page, address)
      }
      return await page.locator(ready).first().waitFor({ timeout: 20_000 })
    } catch (error) {
      if (tries === 3) throw error
    }
  }
}

const goWithin = (page: Page, address: string) =>
  page.evaluate(`history.pushState(null, '', ${JSON.stringify(address)})`)

export async function signIn(page: Page, password: string): Promise<void> {
  await page.locator('input[type=password]').fill(password)
  await page.keyboard.press('Enter')
  await page.locator('#content').waitFor()
}

/** Sentences that are there in Chinese as well: of the console, and of the server. */
const inEnglish = new Set(
  [...Object.values(messages).map(({ en, zh }) => [en, zh] as const), ...serverSentences]
    .filter(([en, zh]) => en !== zh && en.includes(' ') && !en.includes('{'))
    .map(([en]) => en.replace(/\.$/, '')),
)

/** What nobody should see on any page: sideways scrolling, texts of the other language or keys, an empty page, barriers. */
export async function wrongWith(page: Page, look: Look): Promise<string[]> {
  // What apps and people wrote is theirs.
  const texts = await page.evaluate<string[]>(`(() => {
    const copy = document.body.cloneNode(true)
    for (const one of copy.querySelectorAll('.code, .diff, .log, .cm-editor, .xterm, script, style')) one.remove()
    const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT)
    const found = []
    while (walker.nextNode()) found.push(walker.currentNode.data.trim())
    return found.filter((text) => text !== '')
  })()`)
  const text = texts.join('\n')
  const key = [...text.matchAll(/\b[a-z]\w*\.[a-z]\w*\b/g)].find(([word]) => Object.hasOwn(messages, word))
  const foreign = look.language === 'en' && /[一-鿿]/.exec(text.replace(/舢板|中文/g, ''))
  const english = look.language === 'zh-CN' && texts.find((one) => inEnglish.has(one.replace(/\.$/, '')))
  const problems = [
    (await overflow(page)) > 0 && 'is wider than the window',
    key && `shows the key ${key[0]}`,
    foreign && `shows Chinese in English: ${text.slice(foreign.index, foreign.index + 20)}`,
    english && `shows English in Chinese: ${english}`,
    text.length < 30 && 'is empty',
  ].filter((one) => typeof one === 'string')
  // Barriers do not depend on language or width together: three looks see them all.
  const isLooked = look.language === 'en' ? look.width === 1440 : look.width === 390 && look.scheme === 'light'
  return isLooked ? [...problems, ...(await barriers(page))] : problems
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds of weight "serious" or "critical". Run through the debugger, so the page's policy stays as it is. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found = await page.evaluate<{ id: string; target: string }[]>(`axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, any }) => ({ id, target: target.join(' ') + ' ' + (any[0]?.message ?? '') }))))`)
  return found.map(({ id, target }) => `axe ${id}: ${target}`)
}
