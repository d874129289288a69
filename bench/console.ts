import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { prepareConsole } from '../apps/server/src/setup/console.ts'
import { openBrowser } from '../test/support/browser.ts'
import { pretendPlatform } from './console-server.ts'

const linesPerSecond = 5_000
const root = join(import.meta.dirname, '..')

/** The console against its budgets, in Chromium, with a platform that answers at once. */
export async function consoleBench(): Promise<void> {
  const dist = await prepareConsole(root, { begin: () => () => undefined } as never)
  const platform = await pretendPlatform(dist, { linesPerSecond })
  const browser = await openBrowser()
  try {
    await start(browser, platform.url, dist)
    await list(browser, platform.url)
    await log(browser, platform.url)
  } finally {
    await browser.close()
    await platform.close()
  }
}

const say = (what: string, value: string, promise: string) =>
  console.log(`console  ${what.padEnd(46)} ${value.padStart(12)}   ${promise}`)
const ms = (value: number) => `${Math.round(value)} ms`

async function pageOf(browser: Browser, throttle = 1): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: throttle })
  await page.addInitScript(`window.longest = 0
    new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longest = Math.max(longest, duration) })
      .observe({ type: 'longtask', buffered: true })`)
  return page
}

async function start(browser: Browser, url: string, dist: string) {
  const page = await pageOf(browser, 4)
  const scripts = new Set<string>()
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (pathname.endsWith('.js')) scripts.add(pathname)
  })
  const begun = performance.now()
  await page.goto(url)
  await page.getByRole('link', { name: 'demo' }).first().waitFor()
  const [first, ready] = await page.evaluate<[number, number]>(`new Promise((resolve) => requestIdleCallback(() =>
    resolve([performance.getEntriesByName('first-contentful-paint')[0].startTime, performance.now()])))`)
  const size = [...scripts].reduce(
    (sum, path) => sum + gzipSync(readFileSync(join(dist, path)), { level: 9 }).length,
    0,
  )
  say('JavaScript of the first page, gzip', `${(size / 1024).toFixed(0)} KB`, '≤ 250 KB')
  say('first content, CPU 4 × slower', ms(first), '≤ 1,000 ms')
  say(
    'ready for input, CPU 4 × slower',
    ms(Math.max(ready, 0)),
    `≤ 2,000 ms (seen from outside: ${ms(performance.now() - begun)})`,
  )
  await page.close()
}

async function list(browser: Browser, url: string) {
  const page = await pageOf(browser)
  await page.goto(`${url}/cluster/kinds/configmaps`)
  await page.locator('.table-row').first().waitFor()
  const shown = await page.evaluate<number>('performance.now()')
  await page.locator('[role=table][aria-rowcount="10001"]').waitFor()
  const whole = await page.evaluate<number>('performance.now()')
  const frames = await page.evaluate<number[]>(`new Promise((resolve) => {
    const times = []
    let before = performance.now()
    const step = (now) => {
      times.push(now - before)
      before = now
      scrollBy(0, 300)
      if (times.length < 150) requestAnimationFrame(step)
      else resolve(times.slice(2).sort((a, b) => a - b))
    }
    requestAnimationFrame(step)
  })`)
  say('10,000 rows: first rows', ms(shown), '')
  say('10,000 rows: all there', ms(whole), '')
  say('scrolling 18,000 px/s: median frame', ms(frames[Math.floor(frames.length / 2)]!), '≤ 17 ms')
  say('scrolling 18,000 px/s: 95 % of frames', ms(frames[Math.floor(frames.length * 0.95)]!), '≤ 50 ms')
  const inPage = await page.locator('.table-row').count()
  say('rows in the page at once', String(inPage), '')
  await page.close()
}

async function log(browser: Browser, url: string) {
  const page = await pageOf(browser)
  await page.goto(`${url}/projects/demo/apps/web/logs`, { waitUntil: 'commit' })
  await page.locator('.log-line').first().waitFor()
  await page.evaluate('longest = 0')
  const heap = () => page.evaluate<number>('performance.memory.usedJSHeapSize / 2 ** 20')
  await sleep(15_000)
  const before = await heap()
  const lags: number[] = []
  for (let i = 0; i < 10; i++) {
    await sleep(1_000)
    const started = performance.now()
    await page.evaluate('new Promise(requestAnimationFrame)')
    lags.push(performance.now() - started)
  }
  const longest = await page.evaluate<number>('longest')
  const last = await page.locator('.log-line').last().innerText()
  say(`log at ${linesPerSecond} lines/s: slowest answer of the page`, ms(Math.max(...lags)), '≤ 200 ms')
  say('longest task in 25 s', ms(longest), '')
  say('lines shown after 25 s', /items\/(\d+)/.exec(last)?.[1] ?? '?', `of about ${25 * linesPerSecond}`)
  say('memory after 15 s, after 25 s', `${before.toFixed(0)}, ${(await heap()).toFixed(0)} MB`, 'stable')
  await page.close()
}
