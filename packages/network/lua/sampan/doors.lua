-- Who may pass: addresses, another service's word, names and passwords. With `any` one of them is enough, else all
-- count.
local addresses = require 'sampan.addresses'
local answers = require 'sampan.answers'
local ask = require 'sampan.ask'
local texts = require 'sampan.texts'

local doors = {}

local function within(wishes, name)
  local key = name .. '_ranges'
  if not wishes[key] then
    wishes[key] = addresses.parse(wishes[name])
  end
  return addresses.within(ngx.var.binary_remote_addr, wishes[key])
end

doors.within = within

-- true, false, or nil where the lists say nothing of this client.
local function by_address(wishes)
  if wishes.deny and within(wishes, 'deny') then
    return false
  end
  if wishes.allow then
    return within(wishes, 'allow')
  end
end

-- What the other service says; what it says of the client goes on to the app as headers. Returns true when it lets in.
local function by_other(auth)
  local status, said = ask.send(texts.filled(auth.url, nil, texts.one_line), auth.method or 'GET')
  if not status then
    ngx.log(ngx.ERR, 'authentication service: ', said)
    return 503, {}
  end
  if status < 200 or status > 299 then
    return status, said
  end
  for _, name in ipairs(auth.headers or {}) do
    ngx.req.set_header(name, said[name:lower()]) -- one that was not said is taken off: nobody may bring it along
  end
  return true
end

local function refuse(auth, status, said)
  local var = ngx.var
  if status == 401 and auth.signin then
    local target = texts.filled(auth.signin, nil, texts.one_line)
    if not auth.signin:find(auth.back .. '=', 1, true) then
      local back = ngx.escape_uri(var.scheme .. '://' .. (var.http_host or var.host) .. var.request_uri)
      target = target .. (target:find('?', 1, true) and '&' or '?') .. auth.back .. '=' .. back
    end
    return ngx.redirect(target, 302)
  end
  if status == 401 or status == 403 then
    ngx.header['WWW-Authenticate'] = said['www-authenticate']
    return ngx.exit(status)
  end
  return answers.say(status == 503 and 503 or 500, 'The service that says who may pass cannot be asked.')
end

local function by_password(auth)
  local var = ngx.var
  var.auth_realm = auth.realm -- nginx itself asks, when the request is passed on
  var.auth_file = auth.file
end

-- Before anything else is looked at: ends the request where the address alone decides.
function doors.address(wishes)
  if wishes.any and (wishes.ask or wishes.auth) then
    return
  end
  if by_address(wishes) == false then
    return answers.say(403)
  end
end

-- Ends the request when it may not pass.
function doors.pass(wishes)
  local any = wishes.any
  if any and by_address(wishes) then
    return
  end
  if wishes.ask then
    local status, said = by_other(wishes.ask)
    if status == true then
      if any then
        return
      end
    elseif not (any and wishes.auth) then
      return refuse(wishes.ask, status, said)
    end
  end
  if wishes.auth then
    by_password(wishes.auth)
  end
end

return doors
