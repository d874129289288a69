-- Finds the route of a request and does what its options ask, before nginx passes it on.
local json = require 'cjson.safe'
local data = require 'sampan.data'
local answers = require 'sampan.answers'
local balancer = require 'sampan.balancer'
local options = require 'sampan.options'

local router = {}

-- Whether this worker is about to stop: then every answer tells its client to close the connection, because nginx would
-- close it without asking, perhaps while the next request is on its way.
local closing = false

-- The entrypoint writes the file before it stops or reloads nginx; workers that start later are not meant.
function router.watch(path)
  local born = ngx.now()
  ngx.timer.every(0.25, function()
    local file = io.open(path, 'r')
    if file then
      closing = born < (tonumber(file:read '*l') or 0)
      file:close()
    end
  end)
end

-- { paths = { {type, path, service, options index, name} … }, options = {…}, default = path entry }; adds the host's `name`
-- and, when it has nothing but `/`, that path as `single`.
local function parse(text, key)
  local host = json.decode(text)
  if not host then
    return false
  end
  local exact, others = {}, {}
  local single
  for _, path in ipairs(host.paths) do
    path.options = host.options[path.o + 1]
    if #host.paths == 1 and path.p == '/' and (path.t == 'prefix' or path.t == 'start') then
      single = path
    end
    if path.t == 'exact' then
      exact[path.p] = path
    else
      others[#others + 1] = path -- the engine sorted them: the first that fits is the one
    end
  end
  if host.default then
    host.default.options = host.options[host.default.o + 1]
  end
  host.name, host.exact, host.others, host.single = key:sub(3), exact, others, single
  return host
end

local sub, byte, find = string.sub, string.byte, string.find
local slash = byte '/'

local function find_host(name)
  local host = data.get('h:' .. name, parse)
  if host then
    return host
  end
  local dot = find(name, '.', 2, true)
  return dot and data.get('h:*' .. sub(name, dot), parse) or data.get('h:_', parse)
end

local function find_path(host, uri)
  local found = host.exact[uri]
  if found then
    return found
  end
  for _, path in ipairs(host.others) do
    local kind, wanted = path.t, path.p
    if kind == 'regex' then
      local captures = ngx.re.match(uri, wanted, 'ijo')
      if captures then
        return path, captures
      end
    elseif sub(uri, 1, #wanted) == wanted then
      -- Prefix counts whole elements: /foo fits /foo and /foo/bar, never /foobar.
      if kind == 'start' or #uri == #wanted or wanted == '/' or byte(uri, #wanted + 1) == slash then
        return path
      end
    end
  end
  return host.default
end

-- For `plain.lua`.
router.find_host, router.find_path = find_host, find_path

function router.is_closing()
  return closing
end

-- In the rewrite phase of `@choose`, where every request comes that `plain.lua` did not pass on.
function router.route()
  local var = ngx.var
  local tried = var.upstream_addr
  if tried and tried ~= '' then
    return answers.broken(tried)
  end
  local host = find_host(var.host or '_')
  if not host then
    return answers.say(404)
  end
  local path, captures = find_path(host, var.uri)
  if not path then
    return answers.say(404)
  end
  local ctx = ngx.ctx
  local service = path.s
  local wishes = path.options
  ctx.service = service
  if not wishes.plain then
    ctx.options = wishes
    service = options.before(path, captures, host) or service
    ctx.service = service
  end
  local list = balancer.endpoints(service)
  local profile = wishes.profile or 'http'
  if wishes.errors then
    var.inner = profile
    var.codes = ' ' .. table.concat(wishes.errors, ' ') .. ' '
    var.fallback = wishes.fallback or ''
    var.source = path.n .. '/' .. path.s
    profile = 'errors'
    if (not list or #list == 0) and var.codes:find(' 503 ', 1, true) then
      var.code = '503'
      return ngx.exec '@replaced'
    end
  end
  if (not list or #list == 0) and wishes.fallback then
    service = wishes.fallback
    ctx.service = service
    list = balancer.endpoints(service)
  end
  if not list or #list == 0 then
    return answers.say(503)
  end
  if profile == 'http' and not closing then
    return -- `@choose` itself passes it on
  end
  var.service = service
  var.affinity = ctx.affinity or ''
  var.timeouts = wishes.timeouts and table.concat(wishes.timeouts, ' ') or ''
  var.tries = wishes.tries or ''
  var.profile = profile
  return ngx.exec(closing and '@closing' or '@' .. profile)
end

-- In `@closing`, whose keepalive_timeout of 0 has just taken effect for good.
function router.go_on()
  return ngx.exec('@' .. ngx.var.profile)
end

-- In `@replaced`: the default backend answers in place of an app, and is told why.
function router.replaced()
  local var, set = ngx.var, ngx.req.set_header
  local code = var.code ~= '' and var.code or var.upstream_http_x_sampan_status
  local list = var.fallback ~= '' and balancer.endpoints(var.fallback)
  if not list or not list[1] then
    return answers.say(tonumber(code) or 500, 'The app answered with an error.')
  end
  local namespace, ingress, _, service, port = var.source:match '([^/]*)/([^/]*)/([^/]*)/([^/]*)/([^/]*)'
  set('X-Code', code)
  set('X-Format', var.http_accept or '')
  set('X-Original-URI', var.request_uri)
  set('X-Namespace', namespace)
  set('X-Ingress-Name', ingress)
  set('X-Service-Name', service)
  set('X-Service-Port', port)
  ngx.req.set_uri '/'
  ngx.ctx.service = var.fallback
end

-- In the server inside: on to the profile, as it was said outside.
function router.inside()
  return ngx.exec('@' .. ngx.var.inner)
end

-- In the other locations: an internal redirect forgets everything but variables.
function router.resume()
  local ctx, var = ngx.ctx, ngx.var
  ctx.service = var.service
  ctx.affinity = var.affinity ~= '' and var.affinity or nil
  local connect, send, read = var.timeouts:match '(%S+) (%S+) (%S+)'
  ctx.options = {
    timeouts = connect and { tonumber(connect), tonumber(send), tonumber(read) } or nil,
    tries = tonumber(var.tries),
  }
end

return router
