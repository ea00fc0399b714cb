package team

import "github.com/redis/go-redis/v9"

// scripts are the steps that the Redis runs atomically. Each names all of its keys,
// which are in one slot. They run on Redis 5 and later and on Valkey: without
// functions, which are a node's own state, and without commands of newer versions.
type scripts struct {
	acquire, renew, begin, publish, settle, stale, release, handOver, raise, read, count, force, hello, stand, reseal *redis.Script
}

// msgFree is the message of a lease that was given back, which changes no token.
const msgFree = "free"

func newScripts() scripts {
	return scripts{
		redis.NewScript(acquireLua), redis.NewScript(renewLua), redis.NewScript(beginLua), redis.NewScript(publishLua),
		redis.NewScript(settleLua), redis.NewScript(staleLua), redis.NewScript(releaseLua), redis.NewScript(handOverLua), redis.NewScript(raiseLua),
		redis.NewScript(readLua), redis.NewScript(countLua), redis.NewScript(forceLua), redis.NewScript(helloLua), redis.NewScript(standLua),
		redis.NewScript(resealLua),
	}
}

// KEYS lease fence tok  ARGV holder lease_ms my_max_fence
// -> {fence, value, ms} if taken, {0, value, ms left} if another has it. A lost fence is
// raised above every known value.
const acquireLua = `
local h=redis.call('GET',KEYS[1])
if h==false then
  local f=redis.call('INCR',KEYS[2])
  local m=math.max(tonumber(ARGV[3]),tonumber(redis.call('HGET',KEYS[3],'fence') or '0'))
  if f<=m then f=m+1 redis.call('SET',KEYS[2],string.format('%.0f',f)) end
  local v=ARGV[1]..'#'..string.format('%.0f',f)
  redis.call('SET',KEYS[1],v,'PX',ARGV[2]) return {f,v,tonumber(ARGV[2])} end
return {0,h,redis.call('PTTL',KEYS[1])}`

// KEYS lease  ARGV holder#fence lease_ms -> 1, or 0: lost. It never shortens a lease.
const renewLua = `
if redis.call('GET',KEYS[1])~=ARGV[1] then return 0 end
if redis.call('PTTL',KEYS[1])<tonumber(ARGV[2]) then redis.call('PEXPIRE',KEYS[1],ARGV[2]) end return 1`

// KEYS lease next|rep  ARGV holder#fence min_interval_ms call_lease_ms
// -> 0 go, -1 not the holder, else ms to wait. A claim is holder#fence@ms. A caller that
// wants a shorter interval waits less, without shortening the claim for others.
const beginLua = `
if redis.call('GET',KEYS[1])~=ARGV[1] then return -1 end
local gap,c=tonumber(ARGV[2]),redis.call('GET',KEYS[2])
if c then
  local left=redis.call('PTTL',KEYS[2])
  local w=left-math.max(0,tonumber(string.match(c,'@(%d+)$') or '0')-gap)
  if w>0 then return w+1 end
  gap=math.max(gap,left) end
redis.call('SET',KEYS[2],ARGV[1]..'@'..string.format('%.0f',gap),'PX',string.format('%.0f',gap))
redis.call('PEXPIRE',KEYS[1],ARGV[3]) return 0`

// KEYS tok  ARGV fence sealed hmac life_ms kid channel -> generation, or -1: there is
// a newer fence. The hash outlives its token by a day, to keep fence and generation.
const publishLua = `
local f=tonumber(ARGV[1]) if f<tonumber(redis.call('HGET',KEYS[1],'fence') or '0') then return -1 end
local t=redis.call('TIME') local now=t[1]*1000+math.floor(t[2]/1000)
local g=tonumber(redis.call('HGET',KEYS[1],'gen') or '0')+1
redis.call('HSET',KEYS[1],'fence',ARGV[1],'gen',g,'tok',ARGV[2],'h',ARGV[3],'kid',ARGV[5],
  'exp',string.format('%.0f',now+tonumber(ARGV[4])),'at',string.format('%.0f',now))
redis.call('HDEL',KEYS[1],'want') redis.call('PEXPIRE',KEYS[1],tonumber(ARGV[4])+86400000)
redis.call('PUBLISH',ARGV[6],'tok '..g) return g`

// KEYS tok  ARGV gen channel -> 1, or 0: there is another generation
const settleLua = `
if redis.call('HGET',KEYS[1],'gen')~=ARGV[1] then return 0 end
redis.call('HDEL',KEYS[1],'want') redis.call('PUBLISH',ARGV[2],'valid '..ARGV[1]) return 1`

// KEYS tok  ARGV gen reporter channel -> 1 the first, 0 known already, -1 another generation
const staleLua = `
if redis.call('HGET',KEYS[1],'gen')~=ARGV[1] then return -1 end
if redis.call('HSETNX',KEYS[1],'want',ARGV[2])==1 then redis.call('PUBLISH',ARGV[3],'want '..ARGV[1]) return 1 end return 0`

// KEYS lease  ARGV holder#fence channel -> 1, or 0: it was not the holder's
const releaseLua = `
if redis.call('GET',KEYS[1])==ARGV[1] then redis.call('DEL',KEYS[1]) redis.call('PUBLISH',ARGV[2],'free') return 1 end return 0`

// KEYS lease next|rep  ARGV holder#fence channel -> 1, or 0: it was not the holder's.
// It also removes the claim to a call, so that the next member need not wait for it.
const handOverLua = `
if redis.call('GET',KEYS[1])~=ARGV[1] then return 0 end
redis.call('DEL',KEYS[1])
local c=redis.call('GET',KEYS[2])
if c and string.sub(c,1,#ARGV[1]+1)==ARGV[1]..'@' then redis.call('DEL',KEYS[2]) end
redis.call('PUBLISH',ARGV[2],'free') return 1`

// KEYS fence tok  ARGV max_fence reporter channel -> 1 raised, 0 it was high enough
const raiseLua = `
if tonumber(redis.call('GET',KEYS[1]) or '0')>=tonumber(ARGV[1]) then return 0 end
redis.call('SET',KEYS[1],ARGV[1])
if redis.call('HSETNX',KEYS[2],'want',ARGV[2])==1 then redis.call('PUBLISH',ARGV[3],'want') end return 1`

// KEYS tok [calls force]  ARGV longest -> {now in ms, calls, forces, then fields and
// values}. A value too long for a token is not sent. Without the counts the Redis
// counts three commands.
const readLua = `
local t=redis.call('TIME')
local v=redis.call('HGETALL',KEYS[1])
local out={string.format('%.0f',t[1]*1000+math.floor(t[2]/1000)),'0','0'}
if KEYS[2] then out[2],out[3]=redis.call('GET',KEYS[2]) or '0',redis.call('GET',KEYS[3]) or '0' end
for i=1,#v,2 do
  local x=v[i+1] if #x>tonumber(ARGV[1]) then x='' end
  if #v[i]<=16 then out[#out+1]=v[i] out[#out+1]=x end end
return out`

// KEYS calls  ARGV n ms -> the day's sum. Every usable ACL allows INCR.
const countLua = `
local n=0 for i=1,tonumber(ARGV[1]) do n=redis.call('INCR',KEYS[1]) end
redis.call('PEXPIRE',KEYS[1],ARGV[2]) return n`

// KEYS force  ARGV budget ms -> the day's sum, or -1: the budget is used up
const forceLua = `
if tonumber(redis.call('GET',KEYS[1]) or '0')>=tonumber(ARGV[1]) then return -1 end
local n=redis.call('INCR',KEYS[1]) redis.call('PEXPIRE',KEYS[1],ARGV[2]) return n`

// KEYS members  ARGV id sealed kid -> 1. The time is that of the Redis.
const helloLua = `
local t=redis.call('TIME')
redis.call('HSET',KEYS[1],ARGV[1],string.format('%.0f',t[1]*1000+math.floor(t[2]/1000))..'|'..ARGV[3]..'|'..ARGV[2]) return 1`

// KEYS lease fence tok next  -> {holder#fence, its ms left, fence, ms to the next call, fence and generation of the token}
const standLua = `
return {redis.call('GET',KEYS[1]) or '',redis.call('PTTL',KEYS[1]),redis.call('GET',KEYS[2]) or '0',redis.call('PTTL',KEYS[4]),
  redis.call('HGET',KEYS[3],'fence') or '0',redis.call('HGET',KEYS[3],'gen') or '0'}`

// KEYS tok  ARGV gen kid sealed next_kid -> 1, or 0: there is another token by now
const resealLua = `
if redis.call('HGET',KEYS[1],'gen')~=ARGV[1] or redis.call('HGET',KEYS[1],'kid')~=ARGV[2] then return 0 end
redis.call('HSET',KEYS[1],'tok',ARGV[3],'kid',ARGV[4]) return 1`
