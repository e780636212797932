"""What the queue has done and will do, for whoever runs the installation."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString
from django_tasks import TaskResultStatus
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.models import DBTaskResult, get_date_max

from venues.backoffice import HouseAdmin, badge, local_time, two_lines

STATES = {
    TaskResultStatus.READY: ("Waiting", "plain"),
    TaskResultStatus.RUNNING: ("Running", "busy"),
    TaskResultStatus.SUCCESSFUL: ("Done", "good"),
    TaskResultStatus.FAILED: ("Given up", "bad"),
}

apps.get_app_config("django_tasks_database").verbose_name = "Queue"
admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class TaskAdmin(HouseAdmin, DBTaskResultAdmin):
    list_display = ["what", "queue_name", "enqueued", "due", "finished", "state"]
    list_filter = ["status", "queue_name"]
    date_hierarchy = "enqueued_at"
    search_fields = ["task_path", "exception_class_path"]
    search_help_text = "Task, or the error that ended it"

    @admin.display(description="task", ordering="task_path")
    def what(self, task: DBTaskResult) -> SafeString:
        first = str(task.args_kwargs["args"][0]) if task.args_kwargs["args"] else ""  # the others may be secret
        return two_lines(task.task_path.rpartition(".")[2].replace("_", " "), first)

    @admin.display(description="put in", ordering="enqueued_at")
    def enqueued(self, task: DBTaskResult) -> str:
        return local_time(task.enqueued_at, timezone.get_current_timezone())

    @admin.display(description="not before", ordering="run_after")
    def due(self, task: DBTaskResult) -> str:
        later = task.run_after if task.run_after != get_date_max() else None
        return local_time(later, timezone.get_current_timezone())

    @admin.display(description="finished", ordering="finished_at")
    def finished(self, task: DBTaskResult) -> str:
        return local_time(task.finished_at, timezone.get_current_timezone())

    @admin.display(description="state", ordering="status")
    def state(self, task: DBTaskResult) -> SafeString:
        return badge(*STATES[TaskResultStatus(task.status)])
