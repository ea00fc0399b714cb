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
//	upstream -> core/upstream (calls) -> core/wechat, core/wecom (decode, classify)
//	-> core.Keeper (state, timing) -> core/store (sealed) -> core/api (snapshot, event) -> ui
//
// # How to add a kind
//
// A family K of kinds that ask one upstream touches five places:
//
//  1. core/kinds/K.go: its Spec, and a line in Builtin. Begin with the fields (AppID,
//     Secret and BaseURL are an account's own, every other key is one of its Params),
//     the traits, the place of the token in a call, and TryPath, a call that is among
//     its Reads. Names are what files and pasted texts call a field. Two accounts with
//     one kind, base URL and AppID share a token; mark a param that tells one token
//     from another as Identity, and name in Instead the field that can replace one.
//     Products are what accounts of one server differ in: hosts by environment, the
//     form of a URL, values of empty fields. A kind whose base URL is itself the call is
//     an Endpoint. Tickets for the JS-SDK are part of the spec too.
//  2. core/K: its adapter, whose calls core/upstream makes, and a line in the table of
//     cmd/e2e/arrows_test.go. Sources returns a core.Source for each of its kinds; a
//     source that can check a token is a core.Checker too, one that gives tickets a
//     core.TicketSource. It gets the account with its Params, and returns a *core.Error
//     whose class and remedy say what happened.
//  3. ui/text/kind_K.go: its sentences in both languages, and a line in kindTables.
//     If two families call one field by different words, field.K.F takes precedence
//     over field.F. TestEveryKindIsSaid names each missing sentence.
//  4. cmd/tokentray/kinds.go: a line in sources.
//  5. README.md: a paragraph; CHANGELOG.md: a line.
//
// To simulate its upstream, add its calls to core/sim and a sample to the demo. Tests
// that compose every kind need the new source too: git grep wecom.Sources.
//
// Then make openapi (params and token paths) and make golden (screens that list the
// kinds), and look at what git shows. The tests of this package, of ui/text and of
// cmd/e2e (TestOnlyItsPlacesNameAKind, TestEveryKindIsComposed) say what does not hold
// together. TestAMadeUpKindWalksThrough of cmd/e2e shows all that follows from a spec.
// A kind that a user describes joins a running agent: agent.Service.SetKinds.
package kinds
