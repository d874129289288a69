-- What an Ingress asks for by its annotations, done before a request is passed on. Every value was checked by the engine.
local answers = require 'sampan.answers'
local balancer = require 'sampan.balancer'
local certificates = require 'sampan.certificates'
local data = require 'sampan.data'
local doors = require 'sampan.doors'
local mirror = require 'sampan.mirror'
local rewrites = require 'sampan.rewrites'
local sessions = require 'sampan.sessions'
local texts = require 'sampan.texts'

local options = {}

-- Leaky bucket: how much a client is ahead of its rate, per route and address.
local function too_many(limit, name)
  local dict = ngx.shared.limits
  local key = name .. ' ' .. ngx.var.binary_remote_addr
  local now = ngx.now()
  local ahead, last = 0, now
  local known = dict:get(key)
  if known then
    local a, b = known:match '(%S+) (%S+)'
    ahead, last = tonumber(a), tonumber(b)
  end
  ahead = math.max(0, ahead - (now - last) * limit.rate) + 1
  if ahead > limit.burst + 1 then
    return true
  end
  dict:set(key, ahead .. ' ' .. now, math.ceil(limit.burst / limit.rate) + 1)
  return false
end

-- How many requests of one client are under way on a route: counted here, given back when the request is over. The time
-- limit is for a worker that was killed with requests in its hands.
local function too_many_at_once(most, name)
  local dict = ngx.shared.limits
  local key = 'c ' .. name .. ' ' .. ngx.var.binary_remote_addr
  local count = dict:incr(key, 1, 0, 3600)
  if not count then
    return false -- no room to count: better served than refused
  end
  ngx.var.counted = key
  return count > most
end

-- In the log phase of every location that comes after the choice.
function options.done()
  local key = ngx.var.counted
  if key and key ~= '' then
    ngx.shared.limits:incr(key, -1)
  end
end

-- Inside: an answer that somebody else is to give gets a status that nobody else uses.
function options.mark()
  local status = ngx.status
  if (' ' .. (ngx.var.codes or '') .. ' '):find(' ' .. status .. ' ', 1, true) then
    ngx.header['X-Sampan-Status'] = status
    ngx.status = 590
  end
end

-- Before the head of an answer is sent: what the Ingress adds to every one.
function options.answering()
  local text = ngx.var.answer_headers
  if text and text ~= '' then
    for name, value in text:gmatch '([^:\n]+): ([^\n]*)' do
      ngx.header[name] = value
    end
  end
  local name = ngx.var.head
  if name and name ~= '' then
    local host, index = name:match '^(%S+) (%d+)$'
    host = data.known('h:' .. host)
    local wishes = host and host.options[tonumber(index) + 1]
    if wishes then
      rewrites.head(wishes)
    end
  end
end

-- A client with a session stays on its side of a canary: `key` is what its endpoint follows from.
local function canary_takes(canary, key)
  local var = ngx.var
  if canary.header then
    local value = var['http_' .. canary.header:lower():gsub('-', '_')]
    if value then
      if canary.value then
        if value == canary.value then
          return true
        end
      elseif canary.pattern then
        if ngx.re.find(value, canary.pattern, 'jo') then
          return true
        end
      elseif value == 'always' then
        return true
      elseif value == 'never' then
        return false
      end
    end
  end
  if canary.cookie then
    local value = var['cookie_' .. canary.cookie]
    if value == 'always' then
      return true
    elseif value == 'never' then
      return false
    end
  end
  if not canary.weight then
    return false
  end
  local total = canary.total or 100
  local turn = key and ngx.crc32_long(key .. ' canary') % total + 1 or math.random(total)
  return turn <= canary.weight
end

local function cors(wishes)
  local var = ngx.var
  local origin = var.http_origin
  local allowed = '*'
  if wishes.origins then
    allowed = nil
    for _, one in ipairs(wishes.origins) do
      if one == '*' then
        allowed = '*'
        break
      elseif origin and (one == origin or (one:find('*', 1, true) and ngx.re.find(origin, wishes.patterns[one], 'ijo'))) then
        allowed = origin
        break
      end
    end
  end
  if not allowed then
    return
  end
  var.cors_origin = allowed
  if allowed ~= '*' then
    var.cors_vary = 'Origin'
  end
  var.cors_credentials = wishes.credentials and 'true' or ''
  var.cors_expose = wishes.expose or ''
  if ngx.req.get_method() == 'OPTIONS' and origin then
    var.cors_methods = wishes.methods
    var.cors_headers = wishes.headers
    var.cors_age = wishes.age
    return ngx.exit(204)
  end
end

local may_have_body = { POST = true, PUT = true, PATCH = true, DELETE = true }

local function body_size(wishes)
  local length = tonumber(ngx.var.http_content_length)
  -- Without a length (chunks, HTTP/2) it has to be read to be measured.
  if not length and (ngx.var.http_transfer_encoding or (ngx.req.http_version() == 2 and may_have_body[ngx.var.request_method])) then
    if not pcall(ngx.req.read_body) then
      return false
    end
    local text, path = ngx.req.get_body_data(), ngx.req.get_body_file()
    if path then
      local file = io.open(path, 'rb')
      length = file and file:seek 'end' or 0
      if file then
        file:close()
      end
    else
      length = text and #text or 0
    end
  end
  return (length or 0) <= wishes.body
end

-- A part after `?` comes before what the request has there. What the path captured is text, whatever signs it is made of.
local function rewrite(wanted, captures)
  local path, query = wanted:match '^([^?]*)%??(.*)$'
  local target = texts.filled(path, captures)
  ngx.req.set_uri(target:sub(1, 1) == '/' and target or '/' .. target, false)
  if query ~= '' then
    local had = ngx.var.args
    ngx.req.set_uri_args(texts.filled(query, captures, ngx.escape_uri) .. (had and '&' .. had or ''))
  end
end

-- Returns another service when a canary takes the request.
function options.before(path, captures, host)
  local wishes = path.options
  local var = ngx.var
  if wishes.https and var.scheme == 'http' then
    local port = var.https_port == '443' and '' or ':' .. var.https_port
    return ngx.redirect('https://' .. var.host .. port .. var.request_uri, 308)
  end
  if wishes.shut then
    return answers.say(403)
  end
  if wishes.tls then
    certificates.check(wishes.tls)
  end
  doors.address(wishes)
  if wishes.www then
    local port = (var.http_host or ''):match ':%d+$' or ''
    return ngx.redirect(var.scheme .. '://' .. wishes.www .. port .. var.request_uri, 308)
  end
  if wishes.answer then
    var.answer_headers = wishes.answer
  end
  if wishes.limits or wishes.connections then
    if not (wishes.unlimited and doors.within(wishes, 'unlimited')) then
      for index, limit in ipairs(wishes.limits or {}) do
        if too_many(limit, path.n .. ' ' .. index) then
          return answers.say(429)
        end
      end
      if wishes.connections and too_many_at_once(wishes.connections, path.n) then
        return answers.say(429)
      end
    end
  end
  if wishes.redirect then
    return ngx.redirect(texts.filled(wishes.redirect.to, captures, texts.one_line), wishes.redirect.code)
  end
  if wishes.root and var.uri == '/' then
    return ngx.redirect(texts.filled(wishes.root, nil, texts.one_line), 302)
  end
  if wishes.cors then
    cors(wishes.cors)
  end
  doors.pass(wishes)
  if wishes.body and not body_size(wishes) then
    return answers.say(413)
  end
  if wishes.mirror then
    mirror.copy(wishes.mirror)
  end
  if wishes.rewrite then
    rewrite(wishes.rewrite, captures)
  end
  if wishes.host then
    var.upstream_host = texts.filled(wishes.host, nil, texts.one_line)
  end
  if wishes.prefix then
    ngx.req.set_header('X-Forwarded-Prefix', texts.filled(wishes.prefix, captures, texts.one_line))
  end
  if wishes.rate then
    var.limit_rate = wishes.rate
    var.limit_after = wishes.rate_after or ''
  end
  if wishes.location or wishes.cookies then
    var.head = host.name .. ' ' .. path.o
  end
  local session = wishes.affinity
  local key = session and sessions.key(session) or wishes.hash and texts.filled(wishes.hash)
  local service
  for _, canary in ipairs(path.canaries or {}) do
    if canary_takes(canary, session and session.keeps_canary and key) then
      service = canary.s
      break
    end
  end
  if session and session.persistent then
    local list = balancer.endpoints(service or path.s)
    key = list and list[1] and sessions.endpoint(session, key, list)
  end
  ngx.ctx.affinity = key or nil
  return service
end

return options
