package flows

import (
	"errors"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/sla"
	"redthread/store"
	"redthread/templates"
)

// What becomes of a task: its card is with the one who was asked, and comes back to
// the one who asked when it is done.

// taskView is what texts may tell of a task.
type taskView struct {
	Number, Asker, Doer, What, Aim string
	About                          string // a paper's or a client's number; may be empty
	State                          string
	Report                         string // what was said last
	Due                            time.Time
	Late                           bool
	Mine                           bool // whoever reads it may call it off
}

func viewOfTask(k store.Task) taskView {
	return taskView{
		Number: k.Number(), Asker: k.Asker.Name, Doer: k.Doer.Name, What: k.Words.What, Aim: k.Words.Aim, About: k.About, State: string(k.State), Report: k.Report, Due: k.DueAt,
	}
}

// alarmTask is the alert of a task that has been asked and not answered.
const alarmTask = "task"

// taskCard is what who was asked works with.
func taskCard(s Settings) dialog.Card[taskView] {
	return dialog.Card[taskView]{Text: taskText, Hear: workTask(s), Staff: who(AskTask)}
}

// reportCard asks whether it is done.
func reportCard(s Settings) dialog.Card[taskView] {
	return dialog.Card[taskView]{Text: reportText, Hear: judgeTask(s), Staff: who(AskTask)}
}

var (
	taskText   = templates.New[taskView]("task.card")
	reportText = templates.New[taskView]("task.report")

	sayTaskStands   = templates.New[taskView]("task.stands")
	sayTaskAccepted = templates.New[taskView]("task.accepted")
	sayTaskRefused  = templates.New[taskView]("task.refused")
	sayTaskReported = templates.New[taskView]("task.reported")
	sayTaskDone     = templates.New[taskView]("task.done")
	sayTaskAgain    = templates.New[taskView]("task.again")
)

// showTask is the alert of a task, until it is accepted or refused.
func showTask(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, late bool) (templates.Line, bool, error) {
		k, err := t.Records.Task(ref)
		if errors.Is(err, store.ErrNotFound) {
			return templates.Line{}, false, nil
		}
		v := viewOfTask(k)
		v.Late, v.Mine = late, late // who is above may call it off
		return taskCard(s).For(ref, v), k.State == store.TaskAsked, err
	}
}

// clockedAt is where a task's clock ticks: with the client it is about, so that it
// goes when they are erased, or else with who asked it.
func clockedAt(_ *dialog.Turn, k store.Task) bot.Conversation {
	if k.Client.Chat != 0 {
		return k.Client.Conversation
	}
	return k.Asker.Conversation
}

// theirTask reads a task for one of the two whom it concerns, or who is above them.
func theirTask(t *dialog.Turn, ref string) (k store.Task, me store.Staff, ok bool, err error) {
	me, ok = t.Staff()
	if !ok {
		return k, me, false, nil
	}
	k, err = t.Records.Task(ref)
	if err = only(k.Doer.ID == me.ID || k.Asker.ID == me.ID || isBoss(me), err); err != nil {
		return k, me, false, gone(t, err)
	}
	return k, me, true, nil
}

// workTask plays what the one who was asked says.
func workTask(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		k, me, ok, err := theirTask(t, ref)
		switch {
		case !ok:
			return err
		case k.Doer.ID != me.ID && choice != "drop":
			t.Keep()
			t.Say(sayTaskStands.With(viewOfTask(k)))
			return nil
		case choice == "drop":
			return s.dropTask(t, k, me)
		case choice == "accept":
			return s.acceptTask(t, ref)
		}
		open := map[string]store.TaskState{"refuse": store.TaskAsked, "done": store.TaskAccepted}
		if k.State != open[choice] {
			t.Say(sayTaskStands.With(viewOfTask(k)))
			return nil
		}
		t.OpenAbout(map[string]string{"refuse": refuseTaskFlow, "done": reportTaskFlow}[choice], ref)
		return nil
	}
}

func (s Settings) acceptTask(t *dialog.Turn, ref string) error {
	k, moved, err := t.Records.MoveTask(ref, store.TaskAccepted, "", store.TaskAsked)
	if err != nil {
		return err
	}
	if !moved {
		t.Say(sayTaskStands.With(viewOfTask(k)))
		return nil
	}
	under, err := s.clocksOf(t, ref)
	if err != nil {
		return err
	}
	t.SayOver(taskCard(s).For(ref, viewOfTask(k)), under...)
	t.Inform(k.Asker.Conversation, k.Asker.Lang, sayTaskAccepted.With(viewOfTask(k)))
	return nil
}

// dropTask ends a task that is needed no more: who asked it says so, or who is
// above.
func (s Settings) dropTask(t *dialog.Turn, k store.Task, me store.Staff) error {
	if k.Asker.ID != me.ID && !isBoss(me) {
		t.Keep()
		t.Say(sayTaskStands.With(viewOfTask(k)))
		return nil
	}
	k, moved, err := t.Records.MoveTask(k.Number(), store.TaskDropped, "", store.TaskAsked, store.TaskAccepted, store.TaskReported)
	if err != nil {
		return err
	}
	t.Say(sayTaskStands.With(viewOfTask(k)))
	if !moved {
		return nil
	}
	if k.Doer.ID != me.ID {
		t.Inform(k.Doer.Conversation, k.Doer.Lang, sayTaskStands.With(viewOfTask(k)))
	}
	return s.stopClocks(t, k.Number())
}

// The flows that a task's card opens.
const (
	refuseTaskFlow = "refuse_task"
	reportTaskFlow = "report_task"
)

// aboutTask is something that is being said about a task, for who asked it.
type aboutTask struct{ Ref, Asker string }

// refusingTask takes the reason why a task is refused.
func refusingTask(s Settings) dialog.Flow[aboutTask] {
	return sayingOf(refuseTaskFlow, titleRefuseTask, askWhyNotTask, func(t *dialog.Turn, ref string) error {
		k, moved, err := t.Records.MoveTask(ref, store.TaskRefused, t.Text(), store.TaskAsked)
		if err != nil || !moved {
			return err
		}
		t.Say(sayTaskStands.With(viewOfTask(k)))
		t.Tell(k.Asker.Conversation, k.Asker.Lang, sayTaskRefused.With(viewOfTask(k)))
		return s.stopClocks(t, ref)
	})
}

// reportingTask takes what was done.
func reportingTask(s Settings) dialog.Flow[aboutTask] {
	return sayingOf(reportTaskFlow, titleReportTask, askWhatDone, func(t *dialog.Turn, ref string) error {
		k, moved, err := t.Records.MoveTask(ref, store.TaskReported, t.Text(), store.TaskAccepted)
		if err != nil || !moved {
			return err
		}
		t.Say(sayTaskReported.With(viewOfTask(k)))
		t.Tell(k.Asker.Conversation, k.Asker.Lang, reportCard(s).For(ref, viewOfTask(k)))
		return s.pauseClock(t, sla.Resolution, ref) // it is the other's turn
	})
}

// sayingOf asks one thing about the task of the card that was pressed.
func sayingOf(name string, title templates.Of[none], ask templates.Of[aboutTask], hear func(t *dialog.Turn, ref string) error) dialog.Flow[aboutTask] {
	return dialog.Flow[aboutTask]{
		Name: name, Title: title, Staff: who(AskTask), Always: true, Fresh: true, Idle: 24 * time.Hour,
		Begin: func(t *dialog.Turn, d *aboutTask) (dialog.Move, error) {
			k, err := t.Records.Task(t.Paper())
			d.Ref, d.Asker = k.Number(), k.Asker.Name
			return dialog.Next, err
		},
		Steps: []dialog.Step[aboutTask]{
			{Name: "words", Ask: ask, Want: dialog.Text(2, 500), Hear: func(t *dialog.Turn, d *aboutTask) (dialog.Move, error) {
				if _, ok := t.Staff(); !ok {
					return dialog.End, nil
				}
				return dialog.End, hear(t, d.Ref)
			}},
		},
	}
}

var (
	titleRefuseTask = templates.New[none]("title.refuse_task")
	titleReportTask = templates.New[none]("title.report_task")
	askWhyNotTask   = templates.New[aboutTask]("task.why_not")
	askWhatDone     = templates.New[aboutTask]("task.what_done")
)

// judgeTask plays whether the one who asked finds it done.
func judgeTask(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		k, me, ok, err := theirTask(t, ref)
		if !ok {
			return err
		}
		if k.Asker.ID != me.ID && !isBoss(me) {
			t.Keep()
			t.Say(sayTaskStands.With(viewOfTask(k)))
			return nil
		}
		to := store.TaskDone
		if choice == "again" {
			to = store.TaskAccepted
		}
		k, moved, err := t.Records.MoveTask(ref, to, "", store.TaskReported)
		switch {
		case err != nil:
			return err
		case !moved:
			t.Say(sayTaskStands.With(viewOfTask(k)))
			return nil
		case to == store.TaskDone:
			t.Say(sayTaskStands.With(viewOfTask(k)))
			t.Inform(k.Doer.Conversation, k.Doer.Lang, sayTaskDone.With(viewOfTask(k)))
			return s.stopClocks(t, ref)
		}
		if err := s.resumeClock(t, sla.Resolution, ref); err != nil {
			return err
		}
		t.Say(sayTaskAgain.With(viewOfTask(k)))
		t.Tell(k.Doer.Conversation, k.Doer.Lang, taskCard(s).For(ref, viewOfTask(k)))
		return nil
	}
}

// tasks lists what a colleague is asked for, and what they have asked.
func tasks(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name: "tasks", Title: titleTasks, Opens: openTasks, Staff: who(AskTask), Always: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			me, _ := t.Staff()
			var v tasksView
			for _, l := range []struct {
				asked bool
				to    *[]taskView
			}{{false, &v.Mine}, {true, &v.Asked}} {
				all, err := t.Records.TasksOf(me.ID, l.asked, mostDue)
				if err != nil {
					return dialog.End, err
				}
				for _, k := range all {
					one := viewOfTask(k)
					one.Late = k.DueAt.Before(t.Now())
					*l.to = append(*l.to, one)
				}
			}
			t.Say(sayTasks.With(v))
			return dialog.End, nil
		},
	}
}

// tasksView is what a colleague is asked for, and what they have asked.
type tasksView struct{ Mine, Asked []taskView }

var (
	titleTasks = templates.New[none]("title.tasks")
	openTasks  = templates.NewWords("open.tasks")
	sayTasks   = templates.New[tasksView]("task.list")
)

// openTask shows a task to one of the two whom it concerns.
func (s Settings) openTask(t *dialog.Turn, ref string) error {
	k, me, ok, err := theirTask(t, ref)
	if !ok {
		return err
	}
	v := viewOfTask(k)
	v.Mine = k.Asker.ID == me.ID || isBoss(me)
	switch {
	case !k.Open():
		t.Say(sayTaskStands.With(v))
		return nil
	case k.State == store.TaskReported && k.Doer.ID != me.ID:
		return s.sayPaper(t, ref, reportCard(s).For(ref, v))
	case k.State == store.TaskReported:
		t.Say(sayTaskStands.With(v))
		return nil
	}
	return s.sayPaper(t, ref, taskCard(s).For(ref, v))
}
