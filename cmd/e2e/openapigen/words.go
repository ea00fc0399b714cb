package main

import "tokentray/core/api"

// words say what the types mean, by Type and Type.field as the description calls them.
func words() map[string]string {
	return map[string]string{
		"Access.key":   "The name of the key; missing: none, or a wrong one.",
		"Access.count": "Calls alike in a row.",

		"Account.auto":          "It is renewed in the background.",
		"Account.watch":         "The upstream is asked now and then whether it still accepts the token; at most 48 times a day.",
		"Account.budget":        "Calls a day that may be made without a person asking for them; missing: as many as are needed.",
		"Account.checked":       "What the last check of the current token found.",
		"Account.lost":          "What was found when one of its tokens last died before its time, since the agent started.",
		"Account.copy_path":     "The API path that the forms with an address are made for by default; empty: the usual one.",
		"Account.declined":      "The kind that is not offered to its owner again.",
		"Account.offer":         "A kind that the account can change to because its upstream refuses it a token of its own; missing: none, or its owner declined it.",
		"Account.state":         "The state of renewal.",
		"Account.mask":          "Of the token; a token is never here.",
		"Account.life":          "Seconds, the full life of the token.",
		"Account.claims":        "What a token that is a JWT says of itself, decoded and not verified.",
		"Account.calls_today":   "Calls to the upstream since its midnight, see counts_until.",
		"Account.forced_today":  "The forced ones among them.",
		"Account.quota":         "What the upstream is known to allow in one of its days; missing where nobody knows.",
		"Account.counts_until":  "When both counts start again.",
		"Account.pushes":        "Where its tokens go, by number.",
		"Account.history_lines": "How many lines its history got since the agent started. The history is worth reading again when it has changed.",

		"AccountInput":           "What a person enters. In an edit, what is missing stays as it is.",
		"AccountInput.watch":     "Have the upstream asked now and then whether it still accepts the token; at most 48 times a day.",
		"AccountInput.budget":    "Calls a day that may be made without a person asking for them; 0: as many as are needed.",
		"AccountInput.copy_path": "The API path that the forms with an address are made for by default; empty: the usual one.",
		"AccountInput.declined":  "The kind that is not offered to its owner again.",
		"AccountInput.secret":    "The AppSecret; it goes to the vault.",
		"AccountInput.paused":    "Of a new account: it is not renewed in the background, and nothing is fetched now.",
		"AccountInput.apart":     "Consent to a second account with the same AppID.",

		"Backup":           "An encrypted backup. No call gives a secret in any other form.",
		"Backup.age":       "The file, in base64; age -d opens it.",
		"Backup.no_secret": "Accounts of which the vault has no AppSecret.",

		"CheckResult.at":        "When that was found.",
		"CheckResult.worked_at": "When the token was last known to work: one that was replaced was so between the two times.",

		"ClientKey.accounts": "Names of accounts; missing: every account.",
		"ClientKey.origins":  "Web pages that may call with it.",
		"ClientKey.hosts":    "Values of Host, as host.docker.internal:17278, at which the key may be used beside the names of the loopback.",

		"ClientKeyInput.envs": "Missing: sandbox alone.",

		"Clipboard.key":      "The name of the client key that was copied, in place of an account.",
		"Clipboard.pasted":   "Nothing of ours is there: it was pasted once and cleared for that.",
		"Clipboard.silent":   "Nothing of ours is known to be there, but another program has the clipboard and does not say what it holds.",
		"Clipboard.returned": "It was cleared, a program put it back, and it was cleared again.",
		"Clipboard.stays":    "A program put it back once more after it was cleared.",
		"Clipboard.manager":  "The clipboard manager that runs, with returned and stays.",
		"Clipboard.followed": "The token that was copied was renewed, and the new one took its place.",

		"Failure":       "What failed for an account.",
		"Failure.lines": "How many lines of its history tell of a failure. The history keeps the first of failures in a row, those that differ, and the rest less and less often.",

		"CopyRequest.notify": "For a caller that shows no answer itself. Ask for the event copy_late when the token comes after something else was copied, and for copied when the settings want a copy confirmed by a notification.",

		"DoorStatus":       "What a client is told of the agent, and of its own key.",
		"DoorStatus.vault": "open, locked, unavailable or missing",

		"Env": "The environment of an account.",

		"Error.class":            "What kind of failure it is, and so what happens next.",
		"Error.message":          "English, redacted, ends with what can be done.",
		"Error.remedy":           "The key of what can be done.",
		"Error.upstream_code":    "The upstream's errcode.",
		"Error.upstream_message": "The upstream's own words, redacted.",
		"Error.caller_ip":        "This machine's address as the upstream saw it.",
		"Error.prior_ip":         "The address that was refused before caller_ip, if it was another one.",
		"Error.rid":              "The upstream's request ID.",
		"Error.retry_at":         "The earliest time at which a retry makes sense.",
		"Error.part":             "With answer_path and answer_part: what the upstream's answer lacks, token, life or code.",
		"Error.path":             "The path at which the preset or the account expects it.",
		"Error.secret_host":      "With the remedy secret_again: where the kept AppSecret may go.",
		"Error.faults":           "What is wrong with an imported file.",

		"ErrorAnswer": "Every answer that is no success.",

		"Event.type": "Which field is set: snapshot, account, removed, env, clipboard, vault or settings. kinds (there are others than before, see /v1/kinds), raise and bye have none. copy_late has in clipboard what was to be copied, and copied what was; they change nothing.",

		"Export":          "A file of accounts, without secrets.",
		"Export.data":     "The bytes, in base64.",
		"Export.accounts": "How many are in it.",

		"HistoryEntry.prev_until": "Until when the token that was replaced may still work.",
		"HistoryEntry.took":       "Nanoseconds.",
		"HistoryEntry.target":     "Where a token was pushed.",

		"ImportAddress.from": "The kind's own base URL is written out; empty: none.",

		"ImportFault":       "Why a file cannot be taken over, in one place of it.",
		"ImportFault.code":  "Names the fault.",
		"ImportFault.line":  "From 1; missing: the file as a whole.",
		"ImportFault.key":   "The name on the line, if it is one that is known.",
		"ImportFault.other": "Another line, or the limit that was passed.",

		"ImportFile":              "A file of another program's or of TokenTray's own, as it is.",
		"ImportFile.name":         "The file's name; helps to find out the format, and tells a Spring profile.",
		"ImportFile.data":         "The bytes, in base64; at most 16 MB.",
		"ImportFile.from":         "The format; without it it is found out.",
		"ImportFile.account_name": "The name of the one account in the file.",
		"ImportFile.kind":         "The kind of all accounts.",
		"ImportFile.product":      "The product of all accounts.",
		"ImportFile.base_url":     "The base URL of all accounts.",
		"ImportFile.appid_key":    "The variable with the AppID.",
		"ImportFile.secret_key":   "The variable with the AppSecret.",
		"ImportFile.passphrase":   "Of a backup.",

		"ImportPlan.digest":  "Names this plan; give it as apply.",
		"ImportPlan.ready":   "apply would do it.",
		"ImportPlan.done":    "It was done.",
		"ImportPlan.source":  "The format of the file.",
		"ImportPlan.lines":   "For each row the line of the file where its account begins.",
		"ImportPlan.remarks": "What was left out of the file, or understood in a way that a person should know of.",

		"ImportRemark.code": "Names the remark.",
		"ImportRemark.key":  "The name on the line, if it is one that is known.",

		"ImportRequest":               "Accounts from elsewhere: a file that the agent reads, or accounts that the caller tells. In an account, what is missing was not told; allow_live and apart do not count.",
		"ImportRequest.on_conflict":   "skip, rename or replace; without it a plan with a conflict is not ready.",
		"ImportRequest.apart":         "Consent to accounts whose AppID another account has.",
		"ImportRequest.paused":        "No new account is renewed in the background.",
		"ImportRequest.renew_live":    "Live accounts are renewed in the background too.",
		"ImportRequest.skip_problems": "Leave out what cannot be saved.",
		"ImportRequest.apply":         "The digest of the plan to carry out; without it nothing is done.",

		"ImportRow.env":          "As the file has it.",
		"ImportRow.as":           "The new name.",
		"ImportRow.with":         "The account that is in the way.",
		"ImportRow.changes":      "Fields in which the account that is there differs.",
		"ImportRow.addresses":    "The base URL, the proxy and the CA's name among the changes, old and new; of an account that is added, where they are not the kind's own.",
		"ImportRow.secret_again": "The kept AppSecret was entered for another host: nothing is sent until somebody enters it again.",
		"ImportRow.no_secret":    "Somebody has to enter the AppSecret.",
		"ImportRow.auto":         "It is renewed in the background.",

		"KindField.names":   "What imported files call it.",
		"KindField.rare":    "It stands apart in a form, with what few accounts need.",
		"KindSpec.api_base": "Where calls go: a URL, or {key} for the account's field of that key; missing: where the tokens come from.",
		"KindSpec.closed":   "Calls that are never made for others: their answers are as secret as the token.",
		"KindSpec.dead":     "The answers to a call that mean that its token is dead.",
		"KindSpec.works":    "The answers whose code means that a call worked, beside the code 0.",
		"KindSpec.door":     "How the kind's own clients ask the loopback door for a token.",
		"KindSpec.fields":   "What a person enters, in the order of the form.",
		"KindSpec.label":    "What people call it, by language; missing: the programs have words of their own.",
		"KindSpec.reads":    "Calls that change nothing; every other call writes.",
		"KindSpec.sibling":  "The harmless kind to change to.",
		"KindSpec.token":    "Where a call carries the token.",
		"KindSpec.try_path": "A call that every account may make and that changes nothing.",

		"KindTokenPath.force_gap": "Nanoseconds; a younger token is not reported as stale by the parameter that force names.",

		"KindSpec.tickets":  "What pages of an account sign with, for the JS-SDK.",
		"KindTicket.needs":  "The key of a field without which an account has no such ticket.",
		"KindTicket.config": "What the page's function takes, in order; {nonce}, {timestamp}, {signature} and {KEY} of a field are filled in.",

		"List.recovered": "Accounts, as NAME/ENV, that the database had lost and that came back from the vault, paused, until a person edits or resumes them.",

		"Loopback.holder": "Whose program listens there in the agent's place, where the system tells.",
		"Holder.user":     "Name, or number where the system knows no name.",
		"Holder.own":      "It is the agent's own user.",

		"Loopback.state": "taken: it is switched on, but another program has its port.",

		"Loopback.address":       "Where it shall listen beside the loopback, for containers; empty for nowhere.",
		"Loopback.address_error": "Why it does not listen there although it is on.",

		"LoopbackRequest.port":    "0 leaves it as it is.",
		"LoopbackRequest.address": "Empty leaves it as it is; none takes it away.",

		"NewClientKey.key": "The key, shown only once.",

		"Previous.access_token": "The replaced token; only where tokens may be.",
		"Previous.until":        "Until when it may still work; upstream promises nothing.",

		"Problem": "Something wrong, or with warn merely odd, in one field.",

		"Preset":             "A kind of token that a file describes.",
		"Preset.hosts":       "Where the secrets and tokens of its accounts go.",
		"Preset.file":        "In base64; of one preset alone.",
		"PresetFile.file":    "JSON, in base64.",
		"PresetFile.check":   "Checks the file and tells what saving it would do; changes nothing.",
		"PresetSaved.paused": "Accounts that wait for their secret, because the preset asks something else than before.",
		"PresetTry":          "A preset of a file, or one that is known, with an AppID and a secret to try it with.",
		"PresetTrial":        "What was sent, and what came of it. No secret and no token is in it.",
		"PresetTrial.status": "Of HTTP; missing: nothing came back.",
		"PresetFound.value":  "Of a token its mask.",
		"PresetFault.field":  "With dots between, where it stands in another one.",
		"Push.number":        "Names it within its account.",
		"Push.path":          "Of the file.",
		"Push.key":           "The variable of a dotenv file.",
		"Push.command":       "The program and its arguments. The token comes on its standard input.",
		"Push.timeout":       "Seconds a command gets.",
		"Push.target":        "All of it in a few words.",

		"PushInput.path":      "Absolute.",
		"PushInput.form":      "By the file's name if left out.",
		"PushInput.key":       "The variable of a dotenv file; ACCESS_TOKEN if left out.",
		"PushInput.command":   "The absolute path of a program and its arguments.",
		"PushInput.timeout":   "Seconds, 1 to 600; 30 if left out.",
		"PushInput.overwrite": "Consent to write over a file that is there already.",

		"PushResult.took":  "Nanoseconds.",
		"PushResult.tries": "With this token.",
		"PushResult.mask":  "Of the token.",

		"Ref": "An account; without Env the one in the active environment.",

		"RefreshRequest.stale":   "The token that failed. Empty: the current one.",
		"RefreshRequest.force":   "Ask for a new token although the current one lives; not beside stale. Socket only.",
		"RefreshRequest.failing": "With person: that person says that the current token fails, so that a source that takes reports gets one. Socket only.",
		"RefreshRequest.person":  "Somebody pressed Try again: what waits for a person is tried at once. Socket only.",

		"Settings":                   "The choices of a home; tokentray settings lists those that can be set.",
		"Settings.clear_after":       "Nanoseconds.",
		"Settings.notify_person":     "Tell on the desktop when an account needs somebody.",
		"Settings.notify_failing":    "Tell when a renewal goes on failing.",
		"Settings.notify_expiry":     "Tell when a token ends and nobody renews it.",
		"Settings.list_density":      "Of the window's list: comfortable or compact.",
		"Settings.confirm_copy":      "How a copy from the tray is confirmed: icon, notification or off.",
		"Settings.hide_after_copy":   "The window hides itself once a token was copied in it.",
		"Settings.clipboard_follow":  "While a copied token is on the clipboard and is renewed, the new one takes its place.",
		"Settings.clipboard_primary": "What is copied goes to the middle mouse button's clipboard too.",
		"Settings.clipboard_once":    "What is copied is cleared when it was pasted for the first time.",
		"Settings.told_no_tray":      "It was said already that this desktop shows no tray icon.",
		"Settings.start_at_login":    "As the operating system has it; missing where not.",

		"SignRequest.reveal": "Have the string that was signed whole, with the ticket in it. On the socket alone: the loopback refuses it.",
		"Signature.signed":   "The string that was signed, with the ticket masked: a ticket is as secret as a token.",
		"Signature.text":     "The string that was signed, with the ticket in it, where the socket was asked to reveal it; never on the loopback.",

		"Status":                "The agent's own state.",
		"Status.need_you":       "Accounts that need a person.",
		"Status.loopback":       "The loopback door.",
		"Status.recovered":      "Accounts, as NAME/ENV, that the database had lost and that came back from the vault, paused, until a person edits or resumes them.",
		"Status.failing_pushes": "Pushes that failed at their last try.",

		"Traits.repeat":    "What asking again does to the token.",
		"Traits.window":    "Nanoseconds; how long before its expiry a token is renewed.",
		"Traits.overlap":   "Nanoseconds; how long a replaced token may still work.",
		"Traits.force_gap": "Nanoseconds, between two forced fetches.",
		"Traits.day":       "Where the upstream's day begins, as an offset from UTC.",

		"Token":                 "A living token. access_token and expires_in are as in WeChat's own answer.",
		"Token.expires_in":      "Seconds left, rounded down.",
		"Token.expires_at_unix": "expires_at in seconds since 1970, for newer_than.",
		"Token.base_url":        "Where the token is of use.",
		"Token.same":            "In the answer to a report: it is the very token that was reported.",
		"Token.still_valid":     "In the answer to a report: upstream accepts the very token that was reported.",

		"Vault.kind":  "keyring, file or memory",
		"Vault.state": "open, locked, unavailable or missing",
	}
}

// choices are the words that a plain string may be.
func choices() map[string][]string {
	doorStates := []string{api.DoorOff, api.DoorOn, api.DoorTaken}
	statuses := []string{api.ImportNew, api.ImportSame, api.ImportConflict, api.ImportProblem}
	return map[string][]string{
		"Status.loopback": doorStates, "Loopback.state": doorStates,
		"ImportRow.status": statuses, "ImportSetting.status": statuses,
		"ImportRow.action":     {api.ImportAdd, api.ImportSkip, api.ImportRename, api.ImportReplace, api.ImportUndecided},
		"ImportSetting.action": {api.ImportReplace, api.ImportSkip, api.ImportUndecided},
		"ImportFile.from":      api.ImportSources(),
		"ExportRequest.format": {api.ExportJSON, api.ExportCSV},
		"ImportAddress.field":  {"base_url", "proxy", "ca"},
	}
}
