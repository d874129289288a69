import assert from 'node:assert/strict'
import { request } from 'node:http'
import type { Page } from 'playwright-core'
import { signIn } from './console-pages.ts'

export interface Story {
  url: string
  password: string
  /** A project that is not there yet. */
  project: string
  /** Of a repository that the platform has never seen. */
  repository: string
  app: string
  /** Port of the front door on this machine. */
  front: number
  /** Called after each chapter, for screenshots. */
  look?: (chapter: string) => Promise<void>
}

const minutes = 60_000

/** The whole loop as somebody at a browser goes through it, with mouse and keyboard alone. */
export async function goThrough(page: Page, story: Story): Promise<void> {
  const { url, password, project, repository, app, front, look = async () => undefined } = story
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
  const dialog = page.getByRole('dialog')

  await page.goto(url)
  await signIn(page, password)

  // A project, by the palette.
  await page.keyboard.press('Control+k')
  await dialog.getByRole('combobox').fill('new project')
  await dialog
    .getByRole('option', { name: /New project/ })
    .first()
    .waitFor()
  await page.keyboard.press('Enter')
  await dialog.getByLabel('Name').fill(project)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: project }).waitFor()
  await look('project')

  // + Add: a repository, its service type, its parameters.
  await page.getByRole('main').getByRole('button', { name: 'Add', exact: true }).first().click()
  await page.getByRole('link', { name: /Import from git/ }).click()
  await page.getByLabel('Repository address').fill(repository)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(app)
  await page.getByLabel('New name').fill('GREETING')
  await page.getByLabel('New value').fill('hello')
  await page.getByLabel('New value').press('Enter')
  await look('add')
  await button('Create and deploy').click()

  // Watch it build, then its address.
  await page.getByRole('heading', { level: 1, name: app }).waitFor({ timeout: minutes })
  await page
    .locator('a.line, main a', { hasText: `${app} #1` })
    .first()
    .click({ timeout: minutes })
  await page.locator('.graph-node').first().waitFor({ timeout: minutes })
  await page.locator('.log-line').first().waitFor({ timeout: minutes })
  await look('building')
  const address = page.locator('main a[href^="http"]').first()
  await address.waitFor({ timeout: 5 * minutes })
  const home = (await address.getAttribute('href'))!
  await look('verified')
  assert.equal(await answer(front, home), 'hello\n')

  // Its log, searched.
  await page.getByRole('link', { name: app, exact: true }).first().click()
  await page.getByRole('tab', { name: 'Logs' }).click()
  await page.locator('.log-line', { hasText: 'ready' }).first().waitFor({ timeout: minutes })
  await page.getByLabel('Find in log').fill('ready')
  await page.locator('.log-line mark').first().waitFor()
  await look('log')

  // A terminal in it, and a command.
  await page.getByRole('tab', { name: 'Terminal' }).click()
  await page.locator('.terminal-screen[data-state=open]').waitFor({ timeout: minutes })
  const rows = page.locator('.xterm-rows')
  await rows
    .getByText(/[#$] *$/)
    .first()
    .waitFor({ timeout: minutes })
  await page.locator('.xterm-screen').click()
  await page.keyboard.type('echo "$GREETING from $((6 * 7))"\n')
  await rows.getByText('hello from 42').waitFor()
  await look('terminal')

  // A value, staged, looked at as a difference, released.
  await page.getByRole('tab', { name: 'Config' }).click()
  await page.getByLabel('Value GREETING').fill('good day')
  await page.getByText(/Staged changes: 1/).waitFor()
  await button('Look and release').click()
  await dialog.locator('.diff-line[data-kind=added]', { hasText: 'good day' }).waitFor()
  await look('staged')
  await dialog.getByRole('button', { name: 'Release', exact: true }).click()
  await page.getByText(/Release v2 answers/).waitFor({ timeout: 2 * minutes })
  assert.equal(await answer(front, home), 'good day\n')

  // Two instances.
  await button('Scale').click()
  await dialog.getByLabel('Instances').fill('2')
  await page.keyboard.press('Enter')
  await page.getByText(/2 of 2 instances are ready/).waitFor({ timeout: 2 * minutes })
  await look('scaled')

  // Back to the first.
  await page.getByRole('tab', { name: 'Releases' }).click()
  const first = page.locator('tr', { has: page.getByRole('link', { name: 'v1', exact: true }) })
  await first.getByRole('button', { name: 'Roll back to this' }).click()
  await dialog.locator('.diff-line').first().waitFor()
  await look('rollback')
  await dialog.getByRole('button', { name: 'Roll back to this' }).click()
  await page.getByRole('tab', { name: 'Overview' }).click()
  await page.getByText(/Release v1 answers/).waitFor({ timeout: 2 * minutes })
  assert.equal(await answer(front, home), 'hello\n')

  // Gone.
  await page.getByRole('tab', { name: 'Settings' }).click()
  await button('Delete app').click()
  await dialog.getByRole('textbox').fill(app)
  await page.keyboard.press('Enter')
  await page.getByText('No apps yet').waitFor({ timeout: 2 * minutes })
  await look('deleted')
}

/** What the app says at its address, through the front door. */
function answer(port: number, address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { host } = new URL(address)
    const sent = request({ host: '127.0.0.1', port, path: '/', headers: { host }, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      response.on('end', () => resolve(text))
    })
    sent.on('error', reject).end()
  })
}
