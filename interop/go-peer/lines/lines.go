// Package lines is how the Go peers of the interop matrix are driven: JSON
// lines, requests in, answers and events out.
package lines

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

// Handler answers one method: parameters in, a value that can be JSON out.
type Handler func(params json.RawMessage) (interface{}, error)

// Lines reads requests from standard input and writes answers and events to
// standard output, one JSON object per line.
type Lines struct {
	mu       sync.Mutex
	out      *bufio.Writer
	handlers map[string]Handler
}

// New makes a driver without any method.
func New() *Lines {
	return &Lines{out: bufio.NewWriter(os.Stdout), handlers: map[string]Handler{}}
}

// Handle adds a method. All methods are added before Serve.
func (l *Lines) Handle(method string, handler Handler) {
	l.handlers[method] = handler
}

// Emit writes an event with its fields.
func (l *Lines) Emit(event string, fields map[string]interface{}) {
	line := map[string]interface{}{"event": event}
	for name, value := range fields {
		line[name] = value
	}
	l.write(line)
}

// Serve answers requests until standard input ends. Each request runs by
// itself, so a long proof of work holds up nothing else.
func (l *Lines) Serve() {
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(make([]byte, 64*1024), 16*1024*1024)
	for input.Scan() {
		var request struct {
			ID     uint64          `json:"id"`
			Method string          `json:"method"`
			Params json.RawMessage `json:"params"`
		}
		if err := json.Unmarshal(input.Bytes(), &request); err != nil {
			l.write(map[string]interface{}{"id": 0, "error": err.Error()})
			continue
		}
		go func() {
			result, err := l.run(request.Method, request.Params)
			if err != nil {
				l.write(map[string]interface{}{"id": request.ID, "error": err.Error()})
				return
			}
			l.write(map[string]interface{}{"id": request.ID, "result": result})
		}()
	}
}

func (l *Lines) run(method string, params json.RawMessage) (interface{}, error) {
	handler, known := l.handlers[method]
	if !known {
		return nil, fmt.Errorf("unknown method %q", method)
	}
	if len(params) == 0 {
		params = json.RawMessage("{}")
	}
	return handler(params)
}

func (l *Lines) write(line map[string]interface{}) {
	encoded, err := json.Marshal(line)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot encode a line:", err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out.Write(append(encoded, '\n'))
	l.out.Flush()
}
