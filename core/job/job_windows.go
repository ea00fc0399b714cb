package job

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Job is a process and all that it starts.
type Job struct{ handle windows.Handle }

// New makes a job without a process. If endsWithUs is set, it ends when this process
// ends, however that comes.
func New(endsWithUs bool) (*Job, error) {
	handle, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("make a job: %w", err)
	}
	j := &Job{handle}
	if endsWithUs {
		if err := j.limit(windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE); err != nil {
			_ = windows.CloseHandle(handle)
			return nil, err
		}
	}
	return j, nil
}

func (j *Job) limit(flags uint32) error {
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: flags},
	}
	_, err := windows.SetInformationJobObject(j.handle, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		return fmt.Errorf("set when a job ends: %w", err)
	}
	return nil
}

// Start starts a command in the job. Its process stands still until it is in the job:
// what it starts is in the job from the beginning.
func (j *Job) Start(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.CreationFlags |= windows.CREATE_SUSPENDED
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := j.assign(uint32(cmd.Process.Pid)); err != nil {
		_ = cmd.Process.Kill()
		return errors.Join(err, cmd.Wait())
	}
	return nil
}

// resumeProcess lets all threads of a process go on. The thread that begins a process
// is not known here: os/exec closes its handle.
var resumeProcess = windows.NewLazySystemDLL("ntdll.dll").NewProc("NtResumeProcess")

// assign puts a process into the job and lets it go on.
func (j *Job) assign(pid uint32) error {
	const rights = windows.PROCESS_SET_QUOTA | windows.PROCESS_TERMINATE | windows.PROCESS_SUSPEND_RESUME
	process, err := windows.OpenProcess(rights, false, pid)
	if err != nil {
		return fmt.Errorf("open the process that was started: %w", err)
	}
	defer windows.CloseHandle(process)
	if err := windows.AssignProcessToJobObject(j.handle, process); err != nil {
		return fmt.Errorf("put a process into a job: %w", err)
	}
	if err := resumeProcess.Find(); err != nil {
		return err
	}
	if status, _, _ := resumeProcess.Call(uintptr(process)); status != 0 {
		return fmt.Errorf("let a process go on: %w", windows.NTStatus(status))
	}
	return nil
}

// End ends all that is in the job.
func (j *Job) End() error { return windows.TerminateJobObject(j.handle, 1) }

// Close gives up the job and lets what is still in it live on.
func (j *Job) Close() error {
	return errors.Join(j.limit(0), windows.CloseHandle(j.handle))
}
