-- What an Ingress asks for by its annotations, done before a request is passed on. Every value was checked by the engine.
local addresses = require 'sampan.addresses'
local answers = require 'sampan.answers'
local ask = require 'sampan.ask'

local options = {}

local function client_ranges(wishes, name)
  local key = name .. '_ranges'
  if not wishes[key] then
    wishes[key] = addresses.parse(wishes[name])
  end
  return wishes[key]
end

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

-- Before the head of an answer is sent: what the Ingress adds to every one.
function options.answering()
  local text = ngx.var.answer_headers
  if text and text ~= '' then
    for name, value in text:gmatch '([^:\n]+): ([^\n]*)' do
      ngx.header[name] = value
    end
  end
end

local function canary_takes(canary)
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
  return canary.weight and math.random(canary.total or 100) <= canary.weight or false
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

-- A cookie that names no endpoint, only a number: the endpoint follows from it.
local function affinity(wishes)
  local var = ngx.var
  local key = var['cookie_' .. wishes.cookie]
  if not key or #key > 64 then
    key = ngx.md5(var.request_id)
    var.affinity_cookie = wishes.cookie .. '=' .. key .. wishes.attributes
  end
  return key
end

local function filled(text, captures)
  return (text:gsub('%$(%d)', function(digit)
    return captures and captures[tonumber(digit)] or ''
  end))
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

-- Another service says whether the request may pass; what it says of it goes on to the app as headers.
local function ask_other(auth)
  local var = ngx.var
  local function filled_in(text)
    return (text:gsub('%$([%w_]+)', function(name)
      return name == 'escaped_request_uri' and ngx.escape_uri(var.request_uri) or var[name] or ''
    end))
  end
  local status, said = ask.send(filled_in(auth.url), auth.method or 'GET')
  if not status then
    ngx.log(ngx.ERR, 'authentication service: ', said)
    return ngx.exit(503)
  end
  if status >= 200 and status < 300 then
    for _, name in ipairs(auth.headers or {}) do
      ngx.req.set_header(name, said[name:lower()]) -- one that was not said is taken off: nobody may bring it along
    end
    return
  end
  if status == 401 and auth.signin then
    local target = filled_in(auth.signin)
    if not auth.signin:find('rd=', 1, true) then
      local back = ngx.escape_uri(var.scheme .. '://' .. (var.http_host or var.host) .. var.request_uri)
      target = target .. (target:find('?', 1, true) and '&' or '?') .. 'rd=' .. back
    end
    return ngx.redirect(target, 302)
  end
  if status == 401 or status == 403 then
    ngx.header['WWW-Authenticate'] = said['www-authenticate']
    return ngx.exit(status)
  end
  return ngx.exit(500)
end

-- Returns another service when a canary takes the request.
function options.before(path, captures, host)
  local wishes = path.options
  local var = ngx.var
  if wishes.https and var.scheme == 'http' then
    local port = var.https_port == '443' and '' or ':' .. var.https_port
    return ngx.redirect('https://' .. var.host .. port .. var.request_uri, 308)
  end
  if wishes.deny and addresses.within(var.binary_remote_addr, client_ranges(wishes, 'deny')) then
    return answers.say(403)
  end
  if wishes.allow and not addresses.within(var.binary_remote_addr, client_ranges(wishes, 'allow')) then
    return answers.say(403)
  end
  if wishes.www then
    local port = (var.http_host or ''):match ':%d+$' or ''
    return ngx.redirect(var.scheme .. '://' .. wishes.www .. port .. var.request_uri, 308)
  end
  if wishes.answer then
    var.answer_headers = wishes.answer
  end
  if wishes.limit or wishes.connections then
    if not (wishes.unlimited and addresses.within(var.binary_remote_addr, client_ranges(wishes, 'unlimited'))) then
      if wishes.limit and too_many(wishes.limit, path.n) then
        return answers.say(429)
      end
      if wishes.connections and too_many_at_once(wishes.connections, path.n) then
        return answers.say(429)
      end
    end
  end
  if wishes.redirect then
    return ngx.redirect(filled(wishes.redirect.to, captures), wishes.redirect.code)
  end
  if wishes.root and var.uri == '/' then
    return ngx.redirect(wishes.root, 302)
  end
  if wishes.cors then
    cors(wishes.cors)
  end
  if wishes.auth then
    var.auth_realm = wishes.auth.realm
    var.auth_file = wishes.auth.file
  end
  if wishes.ask then
    ask_other(wishes.ask)
  end
  if wishes.body and not body_size(wishes) then
    return answers.say(413)
  end
  if wishes.rewrite then
    local target = filled(wishes.rewrite, captures)
    ngx.req.set_uri(target:sub(1, 1) == '/' and target or '/' .. target, false)
  end
  if wishes.host then
    var.upstream_host = wishes.host
  end
  if wishes.prefix then
    ngx.req.set_header('X-Forwarded-Prefix', wishes.prefix)
  end
  if wishes.affinity then
    ngx.ctx.affinity = affinity(wishes.affinity)
  elseif wishes.hash then
    ngx.ctx.affinity = (wishes.hash:gsub('%$([%w_]+)', function(name)
      return var[name] or ''
    end))
  end
  for _, canary in ipairs(path.canaries or {}) do
    if canary_takes(canary) then
      return canary.s
    end
  end
end

return options
