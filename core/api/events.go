package api

import (
	"bufio"
	"net/http"
	"time"

	"tokentray/core"
)

// events streams changes until the client goes or the agent says bye. A slow client
// delays only itself: the agent then skips to a new snapshot, see Agent.Events.
func (h *handler) events(w http.ResponseWriter, r *http.Request) {
	stream, err := h.agent.Events(r.Context(), r.URL.Query().Get("window") == "1")
	if err != nil {
		e := core.AsError(err)
		WriteError(w, HTTPStatus(e.Class), e, time.Now())
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	rc := http.NewResponseController(w)
	_ = rc.Flush()
	buffered := bufio.NewWriter(w)
	for e := range stream {
		if writeEvent(buffered, e) != nil || buffered.Flush() != nil || rc.Flush() != nil {
			return // the client is gone; its context ends the stream
		}
	}
}
