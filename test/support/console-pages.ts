import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { type Look, looks, openBrowser, overflow } from './browser.ts'

export interface ConsoleVisit {
  url: string
  password: string
  project: string
  app: string
  /** Where screenshots go. */
  folder: string
}

/** Signs in with a keyboard and goes through every page in every look; throws at an overflow, an empty page or an error in the browser. */
export async function visitConsole(visit: ConsoleVisit): Promise<void> {
  mkdirSync(visit.folder, { recursive: true })
  const browser = await openBrowser()
  try {
    for (const look of looks) {
      const context = await browser.newContext({
        viewport: { width: look.width, height: 900 },
        colorScheme: look.scheme,
        locale: look.language,
      })
      await visitAs(context, look, visit)
      await context.close()
    }
  } finally {
    await browser.close()
  }
}

async function visitAs(context: BrowserContext, look: Look, { url, password, project, app, folder }: ConsoleVisit) {
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // The first request of a page asks who is signed in; "nobody" is an answer, which Chromium logs as an error.
    if (message.type() === 'error' && !message.text().includes('401')) problems.push(message.text())
  })
  const name = (what: string) => join(folder, `${what}-${look.width}-${look.scheme}-${look.language}.png`)
  const check = async (what: string) => {
    await page.screenshot({ path: name(what) })
    assert.ok((await overflow(page)) <= 0, `${what} at ${look.width} px is wider than the window`)
    if (look.language === 'en')
      assert.doesNotMatch(
        await visibleText(page),
        /[\u4e00-\u9fff](?<!舢|板|中|文)/,
        `${what} shows Chinese in English`,
      )
  }
  await page.goto(url)
  await page.locator('input[type=password]').fill(password)
  await check('sign-in')
  await page.keyboard.press('Enter')
  await page.getByText(app, { exact: true }).first().waitFor()
  await check('apps')
  await page.goto(`${url}/projects/${project}/apps/${app}`)
  await page.getByRole('tab').first().waitFor()
  await page.locator('table tbody tr').first().waitFor()
  await check('app')
  await page.getByRole('tab').nth(1).click()
  await page.locator('.log-line').first().waitFor()
  await check('build-log')
  await page.getByRole('tab').nth(2).click()
  await page.locator('.log-line').first().waitFor()
  await check('app-log')
  assert.deepEqual(problems, [])
}

const visibleText = (page: Page) => page.locator('body').innerText()
