import { firstOf, has, keptFolder, linesOf, procfileCommand, type Recipe, type Source, shellCommand } from './source.ts'

interface Package {
  main?: string
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  packageManager?: string
}

/** What npm, pnpm and yarn fetched before. */
const kept = [keptFolder('/home/app/.npm'), keptFolder('/home/app/.cache')].join(' ')

const entryFiles = [
  'server.js',
  'index.js',
  'app.js',
  'main.js',
  'server.mjs',
  'index.mjs',
  'src/index.js',
  'src/server.js',
]

export function nodeRecipe(source: Source): Recipe | undefined {
  if (!has(source, 'package.json')) {
    const entry = firstOf(source, 'server.js', 'app.js', 'index.js')
    // A page with a script beside it is no server.
    if (!entry || has(source, 'index.html')) return undefined
    return {
      stack: 'node',
      because: entry,
      needs: ['node'],
      dockerfile: (imageOf) =>
        linesOf(
          `FROM ${imageOf('node')}`,
          'ENV NODE_ENV=production',
          'COPY --chown=app:app . .',
          procfileCommand(source) ? shellCommand(procfileCommand(source)!) : `CMD ["node", "${entry}"]`,
        ),
    }
  }
  const manifest = packageFrom(source.texts['package.json'])
  const start = startOf(source, manifest)
  const built = manifest.scripts?.build !== undefined
  if (!start && built) return siteRecipe(source, manifest)
  const { install, manifests, prune } = installOf(source, manifest)
  return {
    stack: 'node',
    because: 'package.json',
    needs: ['node'],
    dockerfile: (imageOf) =>
      linesOf(
        `FROM ${imageOf('node')}`,
        `COPY --chown=app:app ${manifests.join(' ')} ./`,
        `RUN ${kept} ${install(!built)}`,
        'COPY --chown=app:app . .',
        built && `RUN npm run build${prune ? ` && ${prune}` : ''}`,
        'ENV NODE_ENV=production',
        start ?? 'CMD ["node", "index.js"]',
      ),
  }
}

/** Built once, served as files: what Vite and its like make. */
function siteRecipe(source: Source, manifest: Package): Recipe {
  const { install, manifests } = installOf(source, manifest)
  return {
    stack: 'node',
    because: 'package.json',
    needs: ['node', 'static'],
    dockerfile: (imageOf) =>
      linesOf(
        `FROM ${imageOf('node')} AS build`,
        `COPY --chown=app:app ${manifests.join(' ')} ./`,
        `RUN ${kept} ${install(false)}`,
        'COPY --chown=app:app . .',
        'RUN npm run build && for made in dist build out public; do if [ -f $made/index.html ]; then mv $made /tmp/site; exit 0; fi; done; echo "npm run build left no index.html in dist, build, out or public"; exit 1',
        `FROM ${imageOf('static')}`,
        'ENV SINGLE_PAGE=1',
        'COPY --from=build /tmp/site /site',
      ),
  }
}

/** What is no JSON is treated as an empty manifest: npm tells the user better than we could. */
function packageFrom(text = '{}'): Package {
  try {
    const parsed: unknown = JSON.parse(text)
    return parsed && typeof parsed === 'object' ? (parsed as Package) : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function startOf(source: Source, manifest: Package): string | undefined {
  const procfile = procfileCommand(source)
  if (procfile) return shellCommand(procfile)
  const script = manifest.scripts?.start
  // The program itself where that is easy to see: npm between it and its signals costs memory and clean ends.
  const plain = /^node ((?:--[\w=-]+ )*[\w./-]+)$/.exec(script ?? '')?.[1]
  if (plain) return `CMD ${JSON.stringify(['node', ...plain.split(' ')])}`
  if (script) return 'CMD ["npm", "start"]'
  const entry = [manifest.main, ...entryFiles].find((path) => path && has(source, path.replace(/^\.\//, '')))
  return entry && `CMD ${JSON.stringify(['node', entry])}`
}

/** How packages are installed; `production` leaves those for development out. */
function installOf(source: Source, manifest: Package) {
  const files = (...paths: string[]) => ['package.json', ...paths.filter((path) => has(source, path))]
  const wants = (name: string) => manifest.packageManager?.startsWith(`${name}@`)
  if (has(source, 'pnpm-lock.yaml') || wants('pnpm')) {
    const version = wants('pnpm') ? manifest.packageManager!.split('+')[0] : 'pnpm@10'
    return {
      manifests: files('pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'),
      install: (production: boolean) => `npx --yes ${version} install${production ? ' --prod' : ''}`,
      prune: undefined,
    }
  }
  if (has(source, 'yarn.lock')) {
    const version = wants('yarn')
      ? manifest.packageManager!.split('+')[0]!.replace('yarn@', '@yarnpkg/cli-dist@')
      : 'yarn@1'
    const classic = version === 'yarn@1' || /@1\./.test(version)
    return {
      manifests: files('yarn.lock', '.yarnrc', '.yarnrc.yml', '.npmrc'),
      install: (production: boolean) =>
        `npx --yes ${classic ? 'yarn@1' : version} install${classic ? ` --frozen-lockfile${production ? ' --production' : ''}` : ''}`,
      prune: undefined,
    }
  }
  const locked = has(source, 'package-lock.json') || has(source, 'npm-shrinkwrap.json')
  return {
    manifests: files('package-lock.json', 'npm-shrinkwrap.json', '.npmrc'),
    install: (production: boolean) => `npm ${locked ? 'ci' : 'install'}${production ? ' --omit=dev' : ''}`,
    prune: 'npm prune --omit=dev',
  }
}
