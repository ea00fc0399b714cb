// Package kinds says what each kind of token is: the fields that a person
// enters, how its upstream behaves, where its token goes in a call, what its
// console and its calls are. A kind is one Spec, which is data: it holds no
// function, and other processes read it as JSON from the agent (GET /v1/kinds).
//
// Everything that differs between kinds is read from a Spec. Forms, flags, files,
// the loopback's token paths and the sentences of a kind follow from it by rule,
// so that no other package compares with a kind's name. The kinds of a program
// are a Set, which is a value. Builtin has those of this version; With adds
// others, such as those that a user describes.
//
// # The way of a token
//
//	upstream -> core/upstream (calls) -> core/wechat and the other adapters
//	-> core.Keeper (state, timing) -> core/store (sealed) -> core/api (snapshot, event) -> ui
//
// # How to add a kind: five places
//
//  1. core/kinds/K.go: its Spec, and a line in Builtin. Start with the fields (AppID, Secret
//     and BaseURL are an account's own, every other key is one of its Params), the traits,
//     the place of the token in a call, and TryPath, a call that is also in Reads. Accounts
//     with the same kind, base URL and AppID share a token; mark a param that separates
//     them as Identity. The comments of Spec explain the rest.
//  2. core/K, without a version at K's end (core/oauth): the adapter. Sources returns a
//     core.Source for each of its kinds; core/upstream makes the calls. A source can be a
//     core.Checker and a core.TicketSource too. It returns a *core.Error whose class and
//     remedy say what happened.
//  3. ui/text/kind_K.go: the sentences in both languages, and a call in kindTables.
//     TestEveryKindIsSaid lists the missing ones.
//  4. cmd/tokentray/kinds.go: a line in sources.
//  5. README.md: a row in the table of kinds and a paragraph; CHANGELOG.md: a line.
//
// Tests want a simulated upstream in core/sim with a sample account (samples.go), a line in
// cmd/e2e/soak/accounts.go, and the source where git grep wecom.Sources finds one. Run make
// generate and make golden, and look at what changed; the tests say what is missing. A kind
// with JSON answers may need only a preset: see core/preset.
package kinds
