-- Who may pass by a certificate of their own. The handshake asked for one where the asked name wants it (`tls.lua`); here the
-- request is held against what its route wants: the name in the handshake and in the request may differ, the authorities
-- may have changed since, and a resumed session was checked by whoever answered first.
local answers = require 'sampan.answers'
local data = require 'sampan.data'
local json = require 'cjson.safe'

local certificates = {}
local remember = 3600 -- seconds; sessions live shorter

local function parse(text)
  return json.decode(text) or false
end

-- What the handshake for this name asks for: { ca, depth }; and under which name that is kept.
function certificates.wanted(name)
  local exact = data.get('a:' .. name, parse)
  if exact then
    return exact, name
  end
  local parent = name:match '^[^.]+(%..+)$'
  return parent and data.get('a:*' .. parent, parse) or nil, parent and '*' .. parent
end

-- Whether this connection's handshake was held against these authorities.
local function is_checked(ca)
  local var, dict = ngx.var, ngx.shared.doors
  local asked, name = certificates.wanted((var.ssl_server_name or ''):lower())
  if not asked or asked.ca ~= ca then
    return false
  end
  if ngx.now() - (tonumber(var.connection_time) or 0) < (dict:get('since ' .. name) or 0) then
    return false
  end
  if var.ssl_client_verify ~= 'SUCCESS' then
    return true
  end
  local key = ca .. ' ' .. (var.ssl_client_fingerprint or '')
  if var.ssl_session_reused == 'r' and not dict:get(key) then
    return false
  end
  dict:set(key, true, remember)
  return true
end

local function refuse(wishes, status)
  if wishes.page then
    return ngx.redirect(wishes.page, 302)
  end
  return answers.say(status, 'No certificate that this address accepts was sent.')
end

-- Ends the request when it may not pass.
function certificates.check(wishes)
  local var = ngx.var
  if var.scheme ~= 'https' then
    return answers.say(403, 'This address is for https only.')
  end
  if not is_checked(wishes.ca) then
    ngx.header['Connection'] = 'close'
    return answers.say(421)
  end
  local verdict = var.ssl_client_verify or 'NONE'
  if verdict == 'NONE' and wishes.mode == 'on' then
    return refuse(wishes, 400)
  end
  if verdict:sub(1, 6) == 'FAILED' and wishes.mode ~= 'optional_no_ca' then
    return refuse(wishes, 400)
  end
  local subject = var.ssl_client_s_dn or ''
  if wishes.cn and not ngx.re.find(subject, wishes.cn, 'jo') then
    return refuse(wishes, 403)
  end
  -- Always set: nobody may bring them along.
  local set = ngx.req.set_header
  set('ssl-client-verify', verdict)
  set('ssl-client-subject-dn', subject)
  set('ssl-client-issuer-dn', var.ssl_client_i_dn or '')
  set('ssl-client-cert', wishes.pass and var.ssl_client_escaped_cert or nil)
end

return certificates
