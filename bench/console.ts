import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { prepareConsole } from '../apps/server/src/setup/console.ts'
import { openBrowser } from '../test/support/browser.ts'
import { pretendPlatform } from './console-server.ts'

const linesPerSecond = 5_000
const root = join(import.meta.dirname, '..')

/**
 * The console against its budgets, in Chromium, with a platform that answers at once. Times by the clock are those of a
 * machine that has nothing else to do; the processor time of the page's main thread holds on a busy one too.
 */
export async function consoleBench(): Promise<void> {
  const dist = await prepareConsole(root, { begin: () => () => undefined } as never)
  const platform = await pretendPlatform(dist, { linesPerSecond })
  const browser = await openBrowser()
  try {
    await start(browser, platform, { dist, name: 'first page', ready: 'main a[href="/projects/demo"]' })
    platform.signedIn = false
    await start(browser, platform, { dist, name: 'sign-in', ready: 'input[type=password]' })
    platform.signedIn = true
    await list(browser, platform.url)
    await log(browser, platform.url)
  } finally {
    await browser.close()
    await platform.close()
  }
}

const say = (what: string, value: string, promise: string) =>
  console.log(`console  ${what.padEnd(46)} ${value.padStart(14)}   ${promise}`)
const ms = (value: number) => `${Math.round(value)} ms`
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

interface Watched {
  page: Page
  /** Processor time of the page's main thread so far, in milliseconds. */
  work(): Promise<number>
  close(): Promise<void>
}

async function pageOf(browser: Browser, throttle = 1): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  if (throttle > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: throttle })
  await page.addInitScript(`window.longest = 0
    new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longest = Math.max(longest, duration) })
      .observe({ type: 'longtask', buffered: true })`)
  return { page, work: () => workOf(session), close: () => context.close() }
}

async function workOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000
}

interface Start {
  dist: string
  name: string
  /** What is there when the page can be used. */
  ready: string
}

const starts = 5

async function start(browser: Browser, { url }: { url: string }, { dist, name, ready }: Start) {
  const seen: { first: number; usable: number }[] = []
  const work: number[] = []
  const scripts = new Set<string>()
  for (let i = 0; i < starts; i++) {
    const throttled = await pageOf(browser, 4)
    throttled.page.on('response', (response) => {
      const { pathname } = new URL(response.url())
      if (pathname.endsWith('.js')) scripts.add(pathname)
    })
    await throttled.page.goto(url, { waitUntil: 'commit' })
    await throttled.page.locator(ready).first().waitFor()
    const [first, usable] = await throttled.page.evaluate<
      [number, number]
    >(`new Promise((resolve) => requestIdleCallback(() =>
      resolve([performance.getEntriesByName('first-contentful-paint')[0].startTime, performance.now()])))`)
    seen.push({ first, usable })
    await throttled.close()
    const plain = await pageOf(browser)
    await plain.page.goto(url, { waitUntil: 'commit' })
    await plain.page.locator(ready).first().waitFor()
    await plain.page.evaluate('new Promise(requestIdleCallback)')
    work.push(await plain.work())
    await plain.close()
  }
  const size = [...scripts].reduce(
    (sum, path) => sum + gzipSync(readFileSync(join(dist, path)), { level: 9 }).length,
    0,
  )
  say(`${name}: JavaScript, gzip`, `${(size / 1024).toFixed(0)} KB`, '≤ 250 KB')
  say(`${name}: first content, CPU 4 × slower`, ms(median(seen.map(({ first }) => first))), '≤ 1,000 ms')
  say(`${name}: ready for input, CPU 4 × slower`, ms(median(seen.map(({ usable }) => usable))), '≤ 2,000 ms')
  say(`${name}: processor time until ready`, ms(median(work)), '≤ 400 ms (a quarter of what 4 × slower leaves)')
}

async function list(browser: Browser, url: string) {
  const { page, work, close } = await pageOf(browser)
  await page.goto(`${url}/cluster/kinds/configmaps`)
  await page.locator('.table-row').first().waitFor()
  const shown = await page.evaluate<number>('performance.now()')
  await page.locator('[role=table][aria-rowcount="10001"]').waitFor()
  const whole = await page.evaluate<number>('performance.now()')
  const before = await work()
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
  const perFrame = ((await work()) - before) / 150
  say('10,000 rows: first rows', ms(shown), '')
  say('10,000 rows: all there', ms(whole), '')
  say('scrolling 18,000 px/s: median frame', ms(median(frames)), '≤ 17 ms')
  say('scrolling 18,000 px/s: 95 % of frames', ms(frames[Math.floor(frames.length * 0.95)]!), '≤ 50 ms')
  say('scrolling 18,000 px/s: processor time a frame', `${perFrame.toFixed(1)} ms`, '≤ 16.7 ms')
  const inPage = await page.locator('.table-row').count()
  say('rows in the page at once', String(inPage), '')
  await close()
}

/** How long the log is followed, in minutes: 30 for a release, 1 is enough to see a leak of any size. */
const minutes = Number(process.env.LOG_MINUTES ?? 1)

async function log(browser: Browser, url: string) {
  const { page, work, close } = await pageOf(browser)
  await page.goto(`${url}/projects/demo/apps/web/logs`, { waitUntil: 'commit' })
  await page.locator('.log-line').first().waitFor()
  // Until the buffer of 50,000 lines is full, memory grows as it should.
  await sleep(15_000)
  await page.evaluate('longest = 0')
  const [begun, workBefore] = [performance.now(), await work()]
  const memory: { minute: number; megabytes: number }[] = []
  const lags: number[] = []
  while (performance.now() - begun < minutes * 60_000) {
    await sleep(Math.max(5_000, minutes * 1_000))
    const asked = performance.now()
    await page.evaluate('new Promise(requestAnimationFrame)')
    lags.push(performance.now() - asked)
    memory.push({ minute: (performance.now() - begun) / 60_000, megabytes: await heapOf(page) })
  }
  const share = ((await work()) - workBefore) / (performance.now() - begun)
  const longest = await page.evaluate<number>('longest')
  const last = await page.locator('.log-line').last().innerText()
  const seconds = 15 + (performance.now() - begun) / 1000
  say(`log at ${linesPerSecond} lines/s: slowest answer of the page`, ms(Math.max(...lags)), '≤ 200 ms')
  say('longest task', ms(longest), '')
  say('processor of the page', `${(share * 100).toFixed(0)} %`, '≤ 50 %')
  say('lines shown', /items\/(\d+)/.exec(last)?.[1] ?? '?', `of about ${Math.round(seconds) * linesPerSecond}`)
  const [first, end] = [memory[0]!, memory.at(-1)!]
  say(
    `memory over ${minutes} min, after collection`,
    `${first.megabytes.toFixed(0)}, ${end.megabytes.toFixed(0)} MB`,
    `${slopeOf(memory).toFixed(2)} MB a minute; stable`,
  )
  await close()
}

/** What is left after the collector has been: megabytes. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 2 ** 20
}

/** Least squares: megabytes a minute. */
function slopeOf(points: readonly { minute: number; megabytes: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
  const [x, y] = [mean(points.map(({ minute }) => minute)), mean(points.map(({ megabytes }) => megabytes))]
  const over = points.reduce((sum, one) => sum + (one.minute - x) * (one.megabytes - y), 0)
  const under = points.reduce((sum, one) => sum + (one.minute - x) ** 2, 0)
  return under === 0 ? 0 : over / under
}
