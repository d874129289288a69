import { firstOf, has, keptFolder, linesOf, procfileCommand, type Recipe, type Source, shellCommand } from './source.ts'

const kept = keptFolder('/home/app/.cache')

const entryFiles = [
  'app.py',
  'main.py',
  'server.py',
  'wsgi.py',
  'asgi.py',
  'application.py',
  'run.py',
  'src/main.py',
  'src/app.py',
]

export function pythonRecipe(source: Source): Recipe | undefined {
  const because = firstOf(
    source,
    'requirements.txt',
    'pyproject.toml',
    'Pipfile',
    'setup.py',
    'manage.py',
    ...entryFiles,
  )
  if (!because) return undefined
  return {
    stack: 'python',
    because,
    needs: ['python'],
    dockerfile: (imageOf) =>
      linesOf(
        `FROM ${imageOf('python')}`,
        ...installOf(source),
        'COPY --chown=app:app . .',
        // A project that is a package itself is installed once its files are there.
        !has(source, 'requirements.txt') && isPackage(source) && `RUN ${kept} pip install .`,
        has(source, 'manage.py') && 'RUN python manage.py collectstatic --noinput || true',
        startOf(source),
      ),
  }
}

const isPackage = (source: Source) =>
  has(source, 'setup.py') || /^\[(build-system|project)\]/m.test(source.texts['pyproject.toml'] ?? '')

function installOf(source: Source): (string | undefined)[] {
  if (has(source, 'requirements.txt')) {
    return ['COPY --chown=app:app requirements.txt ./', `RUN ${kept} pip install -r requirements.txt`]
  }
  if (has(source, 'Pipfile')) {
    const files = ['Pipfile', 'Pipfile.lock'].filter((path) => has(source, path)).join(' ')
    return [
      `COPY --chown=app:app ${files} ./`,
      `RUN ${kept} pip install pipenv && (pipenv install --system --deploy || pipenv install --system)`,
    ]
  }
  return []
}

function startOf(source: Source): string {
  const procfile = procfileCommand(source)
  if (procfile) return shellCommand(procfile)
  const wanted = wants(source)
  if (has(source, 'manage.py')) {
    const wsgi = source.files.find((path) => /^[\w]+\/wsgi\.py$/.test(path))
    if (wsgi) return gunicorn(`${wsgi.split('/')[0]}.wsgi:application`)
    return shellCommand('python manage.py runserver 0.0.0.0:$PORT')
  }
  const entry = firstOf(source, ...entryFiles)
  if (!entry) return 'CMD ["python", "-m", "http.server", "8080"]'
  const text = source.texts[entry] ?? ''
  const module = entry.replace(/\.py$/, '').replaceAll('/', '.')
  const object =
    /^(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:\w+\.)?(Flask|FastAPI|Starlette|Quart|Sanic|Litestar|Bottle|App|create_app|get_wsgi_application|get_asgi_application)\(/m.exec(
      text,
    )
  const called = object?.[1] ?? /^(?:async )?def (app|application)\(/m.exec(text)?.[1]
  const runsItself = /__name__\s*==\s*['"]__main__['"]/.test(text)
  const asynchronous = /FastAPI|Starlette|Quart|Litestar|asgi/.test(object?.[2] ?? '') || entry === 'asgi.py'
  if (called && asynchronous)
    return shellCommand(`uvicorn ${module}:${called} --host 0.0.0.0 --port $PORT --proxy-headers`)
  if (called && (wanted.gunicorn || object || !runsItself)) return gunicorn(`${module}:${called}`)
  return `CMD ${JSON.stringify(['python', entry])}`
}

/** Threads, because a request that waits shall not make the next one wait. */
const gunicorn = (target: string) =>
  shellCommand(`gunicorn --bind 0.0.0.0:$PORT --workers 2 --threads 8 --access-logfile - ${target}`)

function wants({ texts }: Source) {
  const all = `${texts['requirements.txt'] ?? ''}\n${texts['pyproject.toml'] ?? ''}`
  return { gunicorn: /^\W*gunicorn\b/m.test(all) }
}
