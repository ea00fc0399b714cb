package core

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Settings are the choices of a home. The zero value is not valid; begin with
// DefaultSettings.
type Settings struct {
	Active      Env           `json:"active"`        // the active environment
	PausedAll   bool          `json:"paused_all"`    // no background renewal at all
	Language    string        `json:"language"`      // auto, en or zh
	Theme       string        `json:"theme"`         // system, light or dark
	TextSize    int           `json:"text_size"`     // percent, 80 to 200
	ListOrder   string        `json:"list_order"`    // of the window's list: name, need, time or used
	ListDensity string        `json:"list_density"`  // of the window's list: comfortable or compact
	ClearAfter  time.Duration `json:"clear_after"`   // clipboard; 0 never, else 5 s to 1 h
	CopyFormat  string        `json:"copy_format"`   // one of Formats
	AskLiveCopy bool          `json:"ask_live_copy"` // ask before a live token is copied
	LogLevel    string        `json:"log_level"`     // debug, info, warn, error

	NotifyPerson  bool `json:"notify_person"`  // notify when an account needs a person
	NotifyFailing bool `json:"notify_failing"` // notify when renewal keeps failing
	NotifyExpiry  bool `json:"notify_expiry"`  // notify when a token ends and is not renewed
	// ClipboardFollow: when a copied token is renewed while it is on the clipboard,
	// the new one replaces it.
	ClipboardFollow bool `json:"clipboard_follow"`
	// ClipboardPrimary: a copy goes to PRIMARY too, which the middle mouse button
	// pastes.
	ClipboardPrimary bool `json:"clipboard_primary"`
	// ClipboardOnce: a copy is cleared once it was pasted.
	ClipboardOnce bool `json:"clipboard_once"`
	// HideAfterCopy: the window hides itself once a token was copied in it.
	HideAfterCopy bool `json:"hide_after_copy"`
	// ConfirmCopy is how a copy from the tray is confirmed: icon, notification or off.
	ConfirmCopy string `json:"confirm_copy"`
	// Hotkey opens the window at its search, from anywhere on the desktop.
	Hotkey Hotkey `json:"hotkey"`
	// StartAtLogin is read from the operating system and never stored.
	StartAtLogin bool `json:"start_at_login,omitempty"`

	Loopback     bool `json:"loopback"`      // the loopback door is open
	LoopbackPort int  `json:"loopback_port"` // where it listens
	// LoopbackAddress is where it listens beside the loopback, for containers; empty:
	// nowhere. Only a change of the door changes it; Get and Set do not know it.
	LoopbackAddress string `json:"loopback_address"`

	// ToldNoTray: the window has said that the desktop shows no tray icon. It says
	// so once.
	ToldNoTray bool `json:"told_no_tray"`
}

// SettingToldNoTray is the key of ToldNoTray, which is no choice: Get and Set know
// it, and SettingKeys does not list it.
const SettingToldNoTray = "told-no-tray"

// SettingHotkey is the key of the hotkey, which the desktop may refuse.
const SettingHotkey = "hotkey"

// SettingStartAtLogin is the key of the one setting that the operating system
// keeps.
const SettingStartAtLogin = "start-at-login"

// The keys of clipboard settings that not every desktop offers: Windows and macOS
// have no PRIMARY, and do not tell when a text was pasted.
const (
	SettingClipboardPrimary = "clipboard-primary"
	SettingClipboardOnce    = "clipboard-once"
)

// The orders of the window's list. Pinned accounts come first in each.
const (
	OrderName = "name"
	OrderNeed = "need" // what needs a person, then what has no living token
	OrderTime = "time" // what expires next
	OrderUsed = "used" // what was used last
)

// How high the rows of the window's list are.
const (
	DensityComfortable = "comfortable" // two lines
	DensityCompact     = "compact"     // one line
)

// How a copy from the tray, which has no place for an answer, is confirmed.
const (
	ConfirmIcon         = "icon"         // the tray's icon shows a tick for a moment
	ConfirmNotification = "notification" // on the desktop, until the clipboard is cleared
	ConfirmOff          = "off"
)

// The keys of the settings of the loopback door: a change opens, shuts or moves it.
const (
	SettingLoopback     = "loopback"
	SettingLoopbackPort = "loopback-port"
)

// DefaultSettings are those of a new home.
func DefaultSettings() Settings {
	return Settings{
		Active: Sandbox, Language: "auto", Theme: "system", TextSize: 100, ListOrder: OrderName, ListDensity: DensityComfortable,
		ClearAfter: 45 * time.Second, CopyFormat: FormatRaw, LogLevel: "info",
		NotifyPerson: true, NotifyFailing: true, NotifyExpiry: true,
		ConfirmCopy: ConfirmIcon, LoopbackPort: DefaultLoopbackPort,
	}
}

// SettingKeys lists the keys that Get and Set know, in the order shown. The
// active environment and the global pause have commands of their own.
func SettingKeys() []string {
	return []string{
		"language", "theme", "text-size", "list-order", "list-density",
		"clear-after", SettingClipboardOnce, "copy-format", "hide-after-copy", "confirm-copy", "clipboard-follow", SettingClipboardPrimary, "ask-live-copy",
		"notify-person", "notify-failing", "notify-expiry",
		SettingLoopback, SettingLoopbackPort,
		SettingStartAtLogin, SettingHotkey, "log-level",
	}
}

// SettingValues lists the possible values of a key with a choice of words; nil for a
// number or a time.
func SettingValues(key string) []string {
	if new(Settings).flag(key) != nil {
		return []string{"true", "false"}
	}
	switch key {
	case "language":
		return []string{"auto", "en", "zh"}
	case "theme":
		return []string{"system", "light", "dark"}
	case "list-order":
		return []string{OrderName, OrderNeed, OrderTime, OrderUsed}
	case "list-density":
		return []string{DensityComfortable, DensityCompact}
	case "copy-format":
		return Formats()
	case "confirm-copy":
		return []string{ConfirmIcon, ConfirmNotification, ConfirmOff}
	case "log-level":
		return []string{"debug", "info", "warn", "error"}
	}
	return nil
}

// Get returns the value of a key as Set takes it.
func (s Settings) Get(key string) (string, bool) {
	if b := s.flag(key); b != nil {
		return strconv.FormatBool(*b), true
	}
	switch key {
	case "language":
		return s.Language, true
	case "theme":
		return s.Theme, true
	case "text-size":
		return strconv.Itoa(s.TextSize), true
	case "clear-after":
		return s.ClearAfter.String(), true
	case "list-order":
		return s.ListOrder, true
	case "list-density":
		return s.ListDensity, true
	case "copy-format":
		return s.CopyFormat, true
	case "confirm-copy":
		return s.ConfirmCopy, true
	case "log-level":
		return s.LogLevel, true
	case SettingHotkey:
		return s.Hotkey.Setting(), true
	case SettingLoopbackPort:
		return strconv.Itoa(s.LoopbackPort), true
	}
	return "", false
}

// Set changes one key. Its error, an *Error of class Invalid with Problems in
// its chain, names what is allowed; s is then unchanged.
func (s *Settings) Set(key, value string) error {
	value = strings.TrimSpace(value)
	if b := s.flag(key); b != nil {
		on, err := strconv.ParseBool(value)
		switch {
		case value == "on" || value == "off":
			on = value == "on"
		case err != nil:
			return invalidSetting(key, ProblemSettingFlag, "true or false")
		}
		*b = on
		return nil
	}
	switch key {
	case "language":
		return choose(&s.Language, key, ProblemSettingLanguage, value)
	case "theme":
		return choose(&s.Theme, key, ProblemSettingTheme, value)
	case "list-order":
		return choose(&s.ListOrder, key, ProblemSettingOrder, value)
	case "list-density":
		return choose(&s.ListDensity, key, ProblemSettingDensity, value)
	case "confirm-copy":
		return choose(&s.ConfirmCopy, key, ProblemSettingConfirm, value)
	case "copy-format":
		return choose(&s.CopyFormat, key, ProblemSettingFormat, value)
	case "log-level":
		return choose(&s.LogLevel, key, ProblemSettingLogLevel, value)
	case "text-size":
		n, err := strconv.Atoi(strings.TrimSuffix(value, "%"))
		if err != nil || n < 80 || n > 200 {
			return invalidSetting(key, ProblemSettingTextSize, "a number from 80 to 200")
		}
		s.TextSize = n
	case SettingHotkey:
		h, ok := ParseHotkey(value)
		if !ok {
			return invalidSetting(key, ProblemSettingHotkey, "off, or a key with Ctrl, Alt or Super, as Ctrl+Alt+K")
		}
		s.Hotkey = h
	case SettingLoopbackPort:
		n, err := strconv.Atoi(value)
		if err != nil || !ValidPort(n) {
			return invalidSetting(key, ProblemPort, "a number from 1 to 65535")
		}
		s.LoopbackPort = n
	case "clear-after":
		d, err := time.ParseDuration(value)
		if err != nil || d != 0 && (d < 5*time.Second || d > time.Hour) {
			return invalidSetting(key, ProblemSettingClearAfter, "0s for never, or 5s to 1h")
		}
		s.ClearAfter = d
	default:
		return &Error{
			Class: Invalid, Remedy: RemedyInput,
			Message: fmt.Sprintf("there is no setting %q; the settings are %s", key, strings.Join(SettingKeys(), ", ")),
			Err:     Problems{{Field: key, Key: ProblemSettingUnknown}},
		}
	}
	return nil
}

// Keys of problems with a setting. ui/text has a sentence for each.
const (
	ProblemSettingUnknown    = "setting_unknown"
	ProblemSettingFlag       = "setting_flag"
	ProblemSettingLanguage   = "setting_language"
	ProblemSettingTheme      = "setting_theme"
	ProblemSettingOrder      = "setting_order"
	ProblemSettingDensity    = "setting_density"
	ProblemSettingConfirm    = "setting_confirm"
	ProblemSettingFormat     = "setting_format"
	ProblemSettingLogLevel   = "setting_log_level"
	ProblemSettingTextSize   = "setting_text_size"
	ProblemSettingHotkey     = "setting_hotkey"
	ProblemSettingClearAfter = "setting_clear_after"
)

func choose(field *string, key, problem, value string) error {
	allowed := SettingValues(key)
	if !slices.Contains(allowed, value) {
		return invalidSetting(key, problem, strings.Join(allowed, ", "))
	}
	*field = value
	return nil
}

func invalidSetting(key, problem, allowed string) error {
	return &Error{
		Class: Invalid, Remedy: RemedyInput, Err: Problems{{Field: key, Key: problem}},
		Message: fmt.Sprintf("setting %s: not a value it takes; use %s", key, allowed),
	}
}

// flag is the field of a setting that is on or off, nil for other keys.
func (s *Settings) flag(key string) *bool {
	switch key {
	case "ask-live-copy":
		return &s.AskLiveCopy
	case "notify-person":
		return &s.NotifyPerson
	case "notify-failing":
		return &s.NotifyFailing
	case "notify-expiry":
		return &s.NotifyExpiry
	case "clipboard-follow":
		return &s.ClipboardFollow
	case "hide-after-copy":
		return &s.HideAfterCopy
	case SettingClipboardPrimary:
		return &s.ClipboardPrimary
	case SettingClipboardOnce:
		return &s.ClipboardOnce
	case SettingStartAtLogin:
		return &s.StartAtLogin
	case SettingLoopback:
		return &s.Loopback
	case SettingToldNoTray:
		return &s.ToldNoTray
	}
	return nil
}
