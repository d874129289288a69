import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detectStack } from './detect.ts'

interface Case {
  name: string
  files: Record<string, string>
  stack: string | undefined
  /** Texts that must be in the Dockerfile, in this order. */
  want?: string[]
  not?: string[]
}

const flask = 'from flask import Flask\napp = Flask(__name__)\n'
const gunicorn = 'exec gunicorn --bind 0.0.0.0:$PORT --workers 2 --threads 8 --access-logfile - '
const json = (value: unknown) => JSON.stringify(value)

const cases: Case[] = [
  {
    name: 'Node with a lock file and a start script',
    files: {
      'package.json': json({ scripts: { start: 'node server.js' } }),
      'package-lock.json': '{}',
      'server.js': '',
    },
    stack: 'node',
    want: [
      'FROM stacks/node',
      'COPY --chown=app:app package.json package-lock.json ./',
      'npm ci --omit=dev',
      'COPY --chown=app:app . .',
      'CMD ["node","server.js"]',
    ],
  },
  {
    name: 'Node with a start script that is more than one program',
    files: { 'package.json': json({ scripts: { start: 'next start', build: 'next build' } }) },
    stack: 'node',
    want: [
      ' npm install\n',
      'RUN npm run build && npm prune --omit=dev',
      'ENV NODE_ENV=production',
      'CMD ["npm", "start"]',
    ],
  },
  {
    name: 'Node by main',
    files: { 'package.json': json({ main: './lib/web.js' }), 'lib/web.js': '' },
    stack: 'node',
    want: ['CMD ["node","./lib/web.js"]'],
  },
  {
    name: 'Node by Procfile',
    files: { 'package.json': '{}', Procfile: 'worker: x\nweb: node bin/www --fast\n' },
    stack: 'node',
    want: ['CMD ["sh","-c","exec node bin/www --fast"]'],
  },
  {
    name: 'Node without a manifest',
    files: { 'server.js': '' },
    stack: 'node',
    want: ['CMD ["node", "server.js"]'],
    not: ['npm'],
  },
  {
    name: 'a broken manifest',
    files: { 'package.json': '{', 'index.js': '' },
    stack: 'node',
    want: ['CMD ["node","index.js"]'],
  },
  {
    name: 'a site that npm builds',
    files: {
      'package.json': json({ scripts: { dev: 'vite', build: 'vite build' } }),
      'package-lock.json': '{}',
      'index.html': '',
    },
    stack: 'node',
    want: [
      'FROM stacks/node AS build',
      ' npm ci\n',
      'RUN npm run build',
      'FROM stacks/static',
      'SINGLE_PAGE=1',
      'COPY --from=build /tmp/site /site',
    ],
  },
  {
    name: 'pnpm',
    files: { 'package.json': json({ scripts: { start: 'node a.js' } }), 'pnpm-lock.yaml': '' },
    stack: 'node',
    want: [' npx --yes pnpm@10 install --prod'],
  },
  {
    name: 'yarn',
    files: { 'package.json': json({ scripts: { start: 'node a.js' } }), 'yarn.lock': '' },
    stack: 'node',
    want: [' npx --yes yarn@1 install --frozen-lockfile --production'],
  },
  {
    name: 'Flask',
    files: { 'requirements.txt': 'flask', 'app.py': flask },
    stack: 'python',
    want: ['COPY --chown=app:app requirements.txt ./', ' pip install -r requirements.txt', `${gunicorn}app:app`],
  },
  {
    name: 'FastAPI',
    files: { 'requirements.txt': 'fastapi', 'main.py': 'api = FastAPI()\n' },
    stack: 'python',
    want: ['exec uvicorn main:api --host 0.0.0.0 --port $PORT'],
  },
  {
    name: 'Django',
    files: { 'manage.py': '', 'requirements.txt': 'django\ngunicorn', 'shop/wsgi.py': '' },
    stack: 'python',
    want: ['collectstatic', `${gunicorn}shop.wsgi:application`],
  },
  {
    name: 'WSGI by hand',
    files: { 'wsgi.py': 'def application(environ, start_response):\n  pass\n' },
    stack: 'python',
    want: [`${gunicorn}wsgi:application`],
    not: ['pip install'],
  },
  {
    name: 'a plain Python server',
    files: { 'main.py': 'import http.server\nif __name__ == "__main__":\n  pass\n' },
    stack: 'python',
    want: ['CMD ["python","main.py"]'],
    not: ['pip'],
  },
  {
    name: 'a Python package',
    files: { 'pyproject.toml': '[project]\nname="x"\n', 'app.py': flask },
    stack: 'python',
    want: ['COPY --chown=app:app . .', ' pip install .', `${gunicorn}app:app`],
  },
  {
    name: 'Go with modules',
    files: { 'go.mod': 'module x', 'go.sum': '', 'main.go': '' },
    stack: 'go',
    want: [
      'FROM stacks/go AS build',
      'COPY go.mod go.sum ./',
      ' go mod download',
      '-o /out/app .\n',
      'FROM debian:bookworm-slim',
      'USER app',
      'CMD ["app"]',
    ],
  },
  {
    name: 'Go below cmd',
    files: { 'go.mod': '', 'cmd/web/main.go': '', 'lib/a.go': '' },
    stack: 'go',
    want: ['/out/app ./cmd/web'],
  },
  {
    name: 'Go with its modules inside',
    files: { 'go.mod': '', 'main.go': '', 'vendor/modules.txt': '' },
    stack: 'go',
    not: ['go mod download'],
  },
  { name: 'Go without a module', files: { 'main.go': '' }, stack: 'go', want: ['RUN go mod init app'] },
  {
    name: 'PHP',
    files: { 'index.php': '' },
    stack: 'php',
    want: ['FROM stacks/php', 'COPY --chown=app:app . .'],
    not: ['composer', 'CMD'],
  },
  {
    name: 'PHP with packages and npm assets',
    files: { 'composer.json': '{}', 'composer.lock': '{}', 'package.json': '{}' },
    stack: 'php',
    want: [
      'COPY --chown=app:app composer.json composer.lock ./',
      'composer install --no-dev',
      'composer dump-autoload',
    ],
  },
  {
    name: 'files',
    files: { 'index.html': '', 'app.js': '' },
    stack: 'static',
    want: ['FROM stacks/static', 'COPY . /site'],
  },
  { name: 'files below public', files: { 'public/index.html': '' }, stack: 'static', want: ['COPY public /site'] },
  { name: 'nothing known', files: { 'README.md': '', 'lib/app.py': '' }, stack: undefined },
]

for (const { name, files, stack, want = [], not = [] } of cases) {
  test(`detects ${name}`, () => {
    const recipe = detectStack({ files: Object.keys(files), texts: files })
    assert.equal(recipe?.stack, stack)
    const text = recipe?.dockerfile((one) => `stacks/${one}`) ?? ''
    let at = 0
    for (const part of want) {
      const found = text.indexOf(part, at)
      assert.ok(found >= 0, `${JSON.stringify(part)} is not (or too early) in\n${text}`)
      at = found + part.length
    }
    for (const part of not) assert.ok(!text.includes(part), `${part} is in\n${text}`)
    for (const needed of recipe?.needs ?? []) assert.ok(text.includes(`FROM stacks/${needed}`), `${needed} is not used`)
  })
}
