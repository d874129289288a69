import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Debian's Chromium, with what keeps it from looking for hosts of its maker. */
export function openBrowser(): Promise<Browser> {
  const executablePath = programs.find((path) => existsSync(path))
  if (!executablePath) throw new Error('no Chromium on this machine: install the package chromium')
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export const hasBrowser = () => programs.some((path) => existsSync(path))

export interface Look {
  width: number
  scheme: 'light' | 'dark'
  language: 'en' | 'zh-CN'
}

const everyLook: Look[] = [1440, 390].flatMap((width) =>
  (['light', 'dark'] as const).flatMap((scheme) =>
    (['en', 'zh-CN'] as const).map((language) => ({ width, scheme, language })),
  ),
)

/** Looks a page is visited in: each width, scheme and language with four visits; all eight with `ALL_LOOKS=1`. */
export const looks: readonly Look[] = process.env.ALL_LOOKS
  ? everyLook
  : everyLook.filter(({ width, language }) => (width === 1440) === (language === 'en'))

/** How many pixels the page is wider than the window: 0 when all is well. */
export const overflow = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
